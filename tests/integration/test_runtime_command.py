"""The command line, as people call it."""

from __future__ import annotations

import csv
import io
import os
import re
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from tests.kit.process import run_warehouse
from typer.main import get_command

from employment_warehouse import settings
from employment_warehouse.command import app
from employment_warehouse.database.embedded import Server
from employment_warehouse.runtime import deployment, watching
from employment_warehouse.runtime.service import PARTS

COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_in_both_languages_and_takes_a_home(name: str) -> None:
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    assert re.search(r"[一-鿿]", command.help), "no Chinese"
    assert re.search(r"\| [A-Z][a-z]+|[A-Z][a-z]+ ", command.help), "no English"
    assert "--home" in [option for parameter in command.params for option in parameter.opts]


def test_sql_writes_csv_as_analyst(warehouse_server: Server) -> None:
    done = run_warehouse(
        "sql", "select 1 as one, null as nothing, '甲,乙' as text, current_user as who", home=warehouse_server.home.root
    )
    assert done.returncode == 0, done.stderr
    assert list(csv.DictReader(io.StringIO(done.stdout))) == [
        {"one": "1", "nothing": "", "text": "甲,乙", "who": "wh_analyst"}
    ]


def test_sql_speaks_as_the_role_that_is_asked_for(warehouse_server: Server) -> None:
    done = run_warehouse("sql", "show search_path", "--role", "wh_auditor", home=warehouse_server.home.root)
    assert done.stdout == 'search_path\n"marts, ops"\n'


def test_sql_that_fails_says_why_without_a_traceback(warehouse_server: Server) -> None:
    done = run_warehouse("sql", "select no_such_column", home=warehouse_server.home.root)
    assert done.returncode == 1
    assert re.search("数据库提示.*no_such_column", done.stderr)
    assert "应为" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_analyst_writes_nothing(warehouse_server: Server) -> None:
    done = run_warehouse("sql", "create table marts.mine ()", home=warehouse_server.home.root)
    assert done.returncode == 1
    assert "ReadOnlySqlTransaction" in done.stderr


def test_as_of_a_date_before_the_first_publication_is_refused(warehouse_server: Server) -> None:
    done = run_warehouse("sql", "select 1", "--as-of", "2001-01-01", home=warehouse_server.home.root)
    assert done.returncode != 0
    assert "nothing was published" in done.stderr


def test_a_date_that_is_none_is_refused(tmp_path: Path) -> None:
    done = run_warehouse("night", "2024-13-01", home=tmp_path)
    assert done.returncode == 2
    assert "2024-05-01" in done.stderr


def test_a_night_of_a_warehouse_that_does_not_run_says_how_to_start_it(tmp_path: Path) -> None:
    done = run_warehouse("night", "2024-05-01", home=tmp_path)
    assert done.returncode == 1
    assert "warehouse up" in done.stderr


def test_down_without_anything_up_is_fine(tmp_path: Path) -> None:
    assert run_warehouse("down", home=tmp_path / "空 目录").returncode == 0


def test_watch_tells_what_is_down(tmp_path: Path) -> None:
    done = run_warehouse("watch", home=tmp_path)
    assert done.returncode == 1
    for part in ("postgres", *PARTS):
        assert part in done.stderr


def test_the_night_that_must_be_published_is_yesterday_s_from_eight_on() -> None:
    before = datetime(2024, 5, 20, 7, 59, tzinfo=settings.TIMEZONE)
    after = datetime(2024, 5, 20, 8, 0, tzinfo=settings.TIMEZONE)
    assert str(watching.wanted_date(before)) == "2024-05-18"
    assert str(watching.wanted_date(after)) == "2024-05-19"


def test_a_deployment_refuses_to_start_without_secrets_or_with_simple_sign_in(tmp_path: Path) -> None:
    bare = run_warehouse("serve", "scheduler", home=tmp_path)
    assert bare.returncode == 2
    assert "WAREHOUSE_TOKEN_KEY" in bare.stderr
    secrets = dict.fromkeys(deployment.SECRETS, "given")
    simple = run_warehouse("serve", "scheduler", home=tmp_path, **secrets)
    assert simple.returncode == 2
    assert "SimpleAuthManager" in simple.stderr


def test_a_secret_may_come_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("ab\n")
    monkeypatch.setenv("WAREHOUSE_TOKEN_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("WAREHOUSE_TOKEN_KEY", "")
    deployment.read_secret_files()
    assert os.environ["WAREHOUSE_TOKEN_KEY"] == "ab"


def test_the_deployment_asks_for_no_secret_that_warehouse_secrets_does_not_make() -> None:
    text = (settings.project_root() / "docker-compose.yml").read_text()
    asked = set(re.findall(r"\$\{(\w+):\?\}", text))
    made = {line.split("=", 1)[0] for line in deployment.fresh_secrets().splitlines()}
    assert asked == made


def test_the_deployment_starts_the_parts_that_run_here() -> None:
    services = yaml.safe_load((settings.project_root() / "docker-compose.yml").read_text())["services"]
    parts = {name: service["command"] for name, service in services.items() if name != "postgres"}
    assert parts == {name: ["serve", name] for name in ("init", *PARTS)}
    for name in parts:
        chosen = services[name]["environment"]["AIRFLOW__CORE__AUTH_MANAGER"]
        assert "SimpleAuthManager" not in chosen
