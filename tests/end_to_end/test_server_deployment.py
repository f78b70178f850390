"""The deployment on a server: each command of docker-compose.yml, with the environment of its service and no other.

No container engine is needed: PostgreSQL and the programs of Airflow run as processes. Only paths and addresses differ.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.kit import compose
from tests.kit.services import Site, end, healthy, logs, start_postgres, stop_postgres, wait_until

from employment_warehouse import settings
from employment_warehouse.database.account import run_program
from employment_warehouse.database.listening import free_port
from employment_warehouse.runtime.programs import AIRFLOW_PROGRAMS

STARTED = (*AIRFLOW_PROGRAMS, "console")
YESTERDAY = datetime.now(settings.TIMEZONE).date() - timedelta(days=1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("server")
    site = Site(root, free_port(), free_port(), free_port())
    (root / "landing_zone").mkdir()
    with ExitStack() as running:
        made = site.run("init", "secrets", str(root / "secrets"))
        assert made.returncode == 0, made.stderr
        running.callback(stop_postgres, start_postgres(site))
        initialised = site.run("init")
        assert initialised.returncode == 0, initialised.stdout + initialised.stderr
        for service in STARTED:
            log = running.enter_context((root / f"{service}.log").open("wb"))
            process = subprocess.Popen(
                site.command(service),
                env=site.environment(service),
                cwd=root,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            running.callback(end, process)
        assert wait_until(lambda: all(healthy(site, service) for service in STARTED), 180), logs(root)
        yield site


def test_postgres_is_healthy_by_its_own_check(site: Site) -> None:
    program, name, *arguments = compose.services()["postgres"]["healthcheck"]["test"]
    assert program == "CMD"
    done = run_program(name, "--host=127.0.0.1", f"--port={site.database}", *arguments, owner=os.geteuid())
    assert done.returncode == 0, done.stderr


def test_watch_is_silent_on_a_healthy_warehouse(site: Site) -> None:
    watched = site.run("warehouse", "watch")
    assert (watched.returncode, watched.stdout, watched.stderr) == (0, "", "")


def test_a_night_runs_and_its_publication_can_be_queried(site: Site) -> None:
    done = site.run("warehouse", "night", str(YESTERDAY))
    # No file arrived: published without rows, or held because of it; every task ran.
    assert done.returncode in {0, 3}, done.stderr + logs(site.root)
    builds = site.run("warehouse", "sql", "select report_date, status from ops.build", "--role", "wh_watcher")
    assert builds.stdout.splitlines()[1].startswith(f"{YESTERDAY},"), builds.stderr
    assert done.stderr.count("✗") <= (done.returncode == 3)


def test_rollback_and_begin_reach_the_database_under_a_person_s_name(site: Site) -> None:
    """The first operator is made by the only program that has the administrator's password."""
    made = site.run("init", "user", "add", "zhang_san", "--role", "operator")
    assert made.returncode == 0, made.stderr
    refused = site.run("warehouse", "user", "add", "li_si", "--role", "operator")
    assert (refused.returncode, "who you are" in refused.stderr) == (2, True)
    person = {"PGUSER": "zhang_san", "PGPASSWORD": made.stdout.strip()}
    rolled_back = site.run("warehouse", "rollback", "4711", "--reason", "核对有误", **person)
    assert rolled_back.returncode == 3
    assert "4711" in rolled_back.stderr
    assert "Traceback" not in rolled_back.stderr
    begun = site.run("warehouse", "begin", str(YESTERDAY), **person)
    assert begun.returncode == 0, begun.stderr
    acts = site.run("warehouse", "acts").stdout
    assert ",postgres,add_user," in acts
    assert ",zhang_san,begin_nights," in acts


def test_status_names_every_part(site: Site) -> None:
    done = site.run("warehouse")
    assert done.returncode == 0, done.stderr
    for word in ("scheduler", "dag_processor", "triggerer", "healthy", "/jiuye", "host=127.0.0.1 port=5432"):
        assert word in done.stdout
    [console] = [line for line in done.stdout.splitlines() if line.startswith("console")]
    assert console.split()[1] == "healthy"


def test_the_scheduler_s_container_can_write_the_documentation_of_the_marts(site: Site) -> None:
    done = site.run("scheduler", "docs")
    assert done.returncode == 0, done.stderr
    home = site.home("console", compose.services()["console"]["volumes"])
    assert (home / "reports" / "dbt-docs.html").exists()  # the console shows it


def test_up_and_down_are_left_to_docker(site: Site) -> None:
    for command in ("up", "down"):
        done = site.run("warehouse", command)
        assert done.returncode == 2
        assert "docker compose" in done.stderr


def test_no_part_knows_a_secret_of_another(site: Site) -> None:
    values = {path.name: path.read_text() for path in (site.root / "secrets").iterdir() if path.read_text()}
    for service in AIRFLOW_PROGRAMS:
        own = set(compose.services()[service]["secrets"])
        for process in Path("/proc").glob("[0-9]*"):
            if belongs_to(process, site.environment(service)["WAREHOUSE_HOME"], service):
                known = (process / "environ").read_bytes().decode(errors="replace")
                assert [name for name, value in values.items() if value in known and name not in own] == []


def belongs_to(process: Path, home: str, service: str) -> bool:
    try:
        variables = (process / "environ").read_bytes().split(b"\0")
        return f"WAREHOUSE_HOME={home}".encode() in variables and service.encode() in (process / "cmdline").read_bytes()
    except OSError:
        return False


def test_a_backup_is_made_proved_and_restored_by_the_services_of_the_file(site: Site) -> None:
    made = site.run("backup")
    assert made.returncode == 0, made.stderr
    proved = site.run("backup", "backup", "/var/lib/backup", "--verify")
    assert proved.returncode == 0, proved.stderr
    shared = site.root / "volumes" / "warehouse"
    (site.root / "volumes" / "warehouse").rename(site.root / "volumes" / "former")
    try:
        restored = site.run("restore")
        assert restored.returncode == 0, restored.stderr
        assert (site.root / "restored database" / "PG_VERSION").exists()
        again = site.run("restore")
        assert (again.returncode, "目标不是空的" in again.stderr) == (2, True)
    finally:
        shutil.rmtree(shared)
        (site.root / "volumes" / "former").rename(shared)


def test_a_second_init_changes_nothing_and_succeeds(site: Site) -> None:
    assert site.run("init").returncode == 0
