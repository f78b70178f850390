"""What Airflow reads: DAG files, the plugin, and the environment of its processes."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from rich.console import Console
from tenacity import stop_after_attempt
from tests.kit.platform import served

from employment_warehouse import settings
from employment_warehouse.database.embedded import Server
from employment_warehouse.errors import UserError
from employment_warehouse.runtime import deployment, nights
from employment_warehouse.runtime.airflow_api import AirflowApi
from employment_warehouse.runtime.deployment import Deployment, embedded, sign_in_file
from employment_warehouse.runtime.environment import environment
from employment_warehouse.runtime.ports import choose_port
from employment_warehouse.runtime.programs import AIRFLOW_PROGRAMS
from employment_warehouse.runtime.starting_airflow import write_sign_in
from employment_warehouse.settings import Home

DAGS = sorted((settings.project_root() / "dags").glob("*.py"))


def run_python(code: str, variables: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture
def airflow_environment(warehouse_server: Server) -> Iterator[dict[str, str]]:
    choose_port(warehouse_server.home, "api-server")
    # That of the process that parses DAG files: they need nothing else.
    yield environment(embedded(warehouse_server.home), AIRFLOW_PROGRAMS["dag-processor"])


def test_every_dag_can_be_imported_and_has_the_name_of_its_file(airflow_environment: dict[str, str]) -> None:
    code = f"""
import json
from airflow.dag_processing.dagbag import DagBag
bag = DagBag({str(settings.project_root() / "dags")!r})
dags = bag.dags.values()
print(json.dumps({{"dags": sorted(bag.dags), "errors": bag.import_errors,
    "runs": sorted({{dag.max_active_runs for dag in dags}}),
    "retries": sorted({{task.retries for dag in dags for task in dag.tasks}})}}))
"""
    found = json.loads(run_python(code, airflow_environment).strip().splitlines()[-1])
    assert found["errors"] == {}
    assert found["dags"] == [path.stem for path in DAGS]
    assert found["runs"] == [1]
    assert found["retries"][0] >= 1


@pytest.mark.parametrize("path", DAGS, ids=lambda path: path.stem)
def test_a_dag_is_a_list_of_steps(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) < 85
    tree = ast.parse(text)
    logic = (ast.If, ast.IfExp, ast.While, ast.For, ast.Try, ast.Lambda, ast.ListComp, ast.DictComp, ast.GeneratorExp)
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, logic)] == []
    words = [
        node.value.lower() for node in ast.walk(tree) if isinstance(node, ast.Constant) if isinstance(node.value, str)
    ]
    assert not [word for word in words if word.startswith(("select ", "/", "postgres")) or "password" in word]


def test_processes_reach_each_other_without_the_proxy_that_is_set(
    warehouse_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_port(warehouse_server.home, "api-server")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "intranet.example")
    given = environment(embedded(warehouse_server.home), AIRFLOW_PROGRAMS["scheduler"])
    assert given["NO_PROXY"] == given["no_proxy"] == "intranet.example,127.0.0.1,localhost"
    app = FastAPI()
    app.get("/")(lambda: PlainTextResponse("directly"))
    with served(app) as url:
        assert "directly" in run_python(f"import httpx; print(httpx.get({url!r}, timeout=20).text)", given)


def test_airflow_s_plugin_manager_imports_only_one_file(airflow_environment: dict[str, str]) -> None:
    code = """
import json, sys
from airflow import plugins_manager
plugins_manager.ensure_plugins_loaded()
ours = [name for name, module in sys.modules.items() if "/plugins/" in (getattr(module, "__file__", None) or "")
        and "site-packages" not in module.__file__]
print(json.dumps({"ours": sorted(ours), "errors": plugins_manager.get_import_errors(),
    "plugins": [p["name"] for p in plugins_manager.get_plugin_info()]}))
"""
    found = json.loads(run_python(code, airflow_environment).strip().splitlines()[-1])
    assert found["errors"] == {}
    assert "employment_warehouse" in found["plugins"]
    assert "employment_plugin" in found["ours"]
    # The plugin may import our modules under their own names; none of them as a top-level module.
    others = [name for name in found["ours"] if name.split(".")[0] not in {"employment_plugin", "employment_warehouse"}]
    assert others == []


@pytest.mark.quick
def test_the_sign_in_file_can_be_read_by_its_owner_alone(warehouse_home: Home) -> None:
    write_sign_in(warehouse_home)
    path = sign_in_file(warehouse_home)
    assert path.stat().st_mode & 0o077 == 0
    assert len(json.loads(path.read_text())["operator"]) >= 20


def test_two_homes_have_separate_cookies(tmp_path: Path) -> None:
    homes = [Home(tmp_path / "one"), Home(tmp_path / "two")]
    for home in homes:
        choose_port(home, "api-server")
    paths = {embedded(home).url.split("/", 3)[3] for home in homes}
    assert len(paths) == 2


def test_a_home_has_one_address_however_its_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "one")
    homes = [Home(path) for path in (tmp_path / "one", tmp_path / "two" / ".." / "one", tmp_path / "link")]
    choose_port(homes[0], "api-server")
    (tmp_path / "two").mkdir()
    assert len({embedded(home).url for home in homes}) == 1


@contextmanager
def airflow_that_answers(
    home: Home, answers: Iterator[Response], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployment]:
    """An Airflow that starts every run, and gives these answers to the questions about it."""
    app = FastAPI()
    app.post("/auth/token")(lambda: {"access_token": "token"})
    app.post("/{path:path}")(lambda path: {"started": path, "task_instances": []})
    app.get("/{path:path}", response_model=None)(lambda: next(answers))
    monkeypatch.setenv("WAREHOUSE_DATABASE", "127.0.0.1:1")
    with served(app) as url:
        monkeypatch.setenv("WAREHOUSE_API_SERVER", url)
        yield deployment.current(home)


def busy() -> Response:
    return PlainTextResponse("busy", status_code=503)


def test_an_airflow_that_does_not_answer_is_named_without_a_traceback(
    fresh_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AirflowApi._request.retry, "stop", stop_after_attempt(3))  # type: ignore[attr-defined]
    with airflow_that_answers(fresh_home, iter(busy, None), monkeypatch) as at, pytest.raises(UserError) as caught:
        nights.run_report(at, "report_weekly", Console(file=StringIO()))
    assert caught.value.code == "airflow_silent"
    assert "流程可能仍在运行" in caught.value.message


def test_an_airflow_that_has_too_much_to_do_is_asked_again(fresh_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    states = [busy(), JSONResponse({"state": "running"}), busy(), JSONResponse({"state": "success"})]
    answers = iter(states)
    with airflow_that_answers(fresh_home, answers, monkeypatch) as at:
        nights.run_report(at, "report_weekly", Console(file=StringIO()))
    assert next(answers, None) is None
