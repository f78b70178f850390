"""Tasks of a night made to fail in the real Airflow: what still runs, how the run ends, what is alerted and watched.

The table of docs/reliability.md, for the tasks that can be made to fail from outside.
`tests/spec/test_night_failures.py` compares the whole table with the DAG's trigger rules. Each of these nights takes
minutes: only that of the build belongs to `make test`.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.end_to_end.conftest import Run, rows
from tests.kit.night_failures import blocked, night, states, without

from employment_warehouse.database.embedded import Server
from employment_warehouse.demonstration import Manifest
from employment_warehouse.settings import Home

OUTPUTS = {"report_daily", "write_returns", "purge_landing"}


@pytest.fixture(scope="module")
def running(run: Run) -> Iterator[Run]:
    """The warehouse, started again if other tests have stopped it; these are the last that need it."""
    assert run("up").returncode == 0
    yield run
    run("down")


def last_night(home: Path) -> dict[str, str]:
    """The state of each task of the newest run of `night`, and `run`: its own."""
    with Server(Home(home)).connect_superuser("airflow") as airflow:
        run_id, state = airflow.execute(
            "select run_id, state from dag_run where dag_id = 'night' order by id desc limit 1"
        ).fetchone() or ("", "")
        tasks = airflow.execute(
            "select task_id, state from task_instance where dag_id = 'night' and run_id = %s", (run_id,)
        ).fetchall()
    return {"run": state, **dict(tasks)}


def alerts(run: Run, manifest: Manifest) -> set[str]:
    """Kinds of the alerts of the last night that stand."""
    found = rows(
        run,
        f"select kind from ops.alert where report_date = '{manifest.nights[-1]}' and resolved_at is null",
        "--role", "wh_watcher",
    )  # fmt: skip
    return {row["kind"] for row in found}


def published(run: Run) -> int:
    return len(rows(run, "select publication from marts.publications"))


@pytest.mark.torture
def test_what_is_due_cannot_be_recorded(running: Run, home: Path, manifest: Manifest) -> None:
    before = published(running)
    with without(home, "insert on ops.intake_failure", "wh_loader"):
        assert running("night", str(manifest.nights[-1])).returncode == 1
    assert last_night(home) == {"run": "failed", **states("expect_deliveries")}
    assert "night_not_started" in alerts(running, manifest)
    assert published(running) == before


@pytest.mark.torture
def test_the_platform_cannot_be_read(running: Run, home: Path, manifest: Manifest) -> None:
    """The night is published without it, the fault is the warehouse's, and the run is red."""
    before = published(running)
    with without(home, "select on ops.platform_cursor", "wh_loader"):
        assert running("night", str(manifest.nights[-1])).returncode == 1
    assert last_night(home) == {"run": "failed", **states("ingest_hr_platform")}
    assert "intake_failed" in alerts(running, manifest)
    assert published(running) == before + 1


def test_the_build_cannot_write(running: Run, home: Path, manifest: Manifest) -> None:
    """What was sent tonight is not to blame, and is not held."""
    before = published(running)
    with without(home, "execute on function ops.write_version(text)", "wh_transformer"):
        assert running("night", str(manifest.nights[-1])).returncode == 1
    assert last_night(home) == {"run": "failed", **states("build_warehouse")}
    assert "night_failed" in alerts(running, manifest)
    assert published(running) == before
    blamed = "select count(*) as held from ops.delivery where held_by = 'model'"
    assert rows(running, blamed, "--role", "wh_watcher") == [{"held": "0"}]


def test_watch_names_each_failure_of_airflow_once(running: Run, home: Path, manifest: Manifest) -> None:
    """After the red night above: DAGs that are paused, one whose file cannot be read, and a process that was killed. A
    night that would wait for a paused DAG is refused.

    The database's refusals of that night are counted too, in a sentence of their own.
    """
    with Server(Home(home)).connect_superuser("airflow") as airflow:
        airflow.execute("update dag set is_paused = true where dag_id in ('ingest_hr_platform', 'report_weekly')")
        airflow.execute(
            "insert into import_error (timestamp, filename, bundle_name, stacktrace) "
            "values (now(), 'broken.py', 'dags-folder', 'SyntaxError: invalid syntax')"
        )
    os.kill(json.loads((home / "run" / "uploads.json").read_text())["pid"], signal.SIGKILL)
    watched, refused = running("watch"), running("night", str(manifest.nights[-1]))
    with Server(Home(home)).connect_superuser("airflow") as airflow:
        airflow.execute("update dag set is_paused = false")
        airflow.execute("delete from import_error where filename = 'broken.py'")
    said = [line.split(" | ")[0] for line in watched.stderr.splitlines() if "越权尝试" not in line]
    assert watched.returncode == 1
    assert said[:4] == [
        "uploads 未运行",
        "DAG 文件无法读取：broken.py: SyntaxError: invalid syntax",
        "DAG ingest_hr_platform 已暂停，不会运行",
        "DAG report_weekly 已暂停，不会运行",
    ]
    assert [line.split("：")[0] for line in said[4:]] == ["最近一次夜间流程失败"]
    assert refused.returncode == 1
    assert "夜间流程不会运行：ingest_hr_platform |" in refused.stderr


@pytest.mark.torture
def test_report_workbooks_and_purge_fail_and_none_stops_another(running: Run, home: Path, manifest: Manifest) -> None:
    before, last = published(running), str(manifest.nights[-1])
    with (
        blocked(home / "reports" / last),
        blocked(home / "returns" / last),
        without(home, "execute on function landing.purge()", "wh_loader"),
    ):
        assert running("night", last).returncode == 1
    expected = dict.fromkeys((task.task_id for task in night().tasks), "success")
    expected |= {**dict.fromkeys(OUTPUTS, "failed"), "confirm_intake": "upstream_failed"}
    assert last_night(home) == {"run": "failed", **expected}
    assert published(running) == before + 1
    assert running("night", last).returncode == 0
