"""Airflow of one home: its programs are started, and waited for until every DAG is parsed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from employment_warehouse import settings
from employment_warehouse.errors import UserError
from employment_warehouse.runtime import deployment
from employment_warehouse.runtime.airflow_api import AirflowApi, wait_until
from employment_warehouse.runtime.deployment import OPERATOR, Deployment, sign_in_file
from employment_warehouse.runtime.environment import environment
from employment_warehouse.runtime.ports import choose_port
from employment_warehouse.runtime.processes import Service
from employment_warehouse.runtime.programs import AIRFLOW_PROGRAMS, HEALTHY, OPERATOR_PASSWORD
from employment_warehouse.runtime.seclusion import secluded_command
from employment_warehouse.settings import Home


def start_airflow(home: Home) -> None:
    """Start the programs that are not running; return when all are healthy and every DAG is parsed.

    Raises UserError: a program has ended, a DAG cannot be read, or three minutes were not enough.
    """
    services = [Service(home, name) for name in AIRFLOW_PROGRAMS]
    starting = [service for service in services if service.leader() is None]
    if len(starting) == len(services):
        choose_port(home, "api-server")
        write_sign_in(home)
    at = deployment.embedded(home)  # with that port
    _migrate_metadata(home, at)
    began = datetime.now(UTC)
    for service in starting:
        program = AIRFLOW_PROGRAMS[service.name]
        command = program.command if program.roles else secluded_command(program.command, _closed_folders(home))
        service.start(command, environment(at, program))
    is_parsing = any(service.name == "dag-processor" for service in starting)
    _wait(home, services, AirflowApi(at), began if is_parsing else None)


def write_sign_in(home: Home) -> None:
    """Write the file that SimpleAuthManager reads, 0600. Its own would be readable by all, and logged."""
    password = deployment.embedded(home).secret(OPERATOR_PASSWORD)
    (home.secrets / "airflow_sign_in.json").unlink(missing_ok=True)  # where earlier versions had it
    settings.write_whole(sign_in_file(home), json.dumps({OPERATOR: password}))


def _closed_folders(home: Home) -> list[Path]:
    """What only processes with a login of the warehouse can enter: keys, data, what counties sent and what they get."""
    zone = settings.landing_zone()
    folders = [
        home.secrets,
        home.postgres,
        home.archive,
        home.returns,
        home.reports,
        home.seeds,
        home.dbt,
        home.uploads,
    ]
    return folders if "://" in zone else [*folders, Path(zone)]


def _migrate_metadata(home: Home, at: Deployment) -> None:
    """Airflow's own tables, once for each of its versions."""
    stamp = home.airflow / "migrated"
    wanted = version("apache-airflow-core")
    if stamp.exists() and stamp.read_text() == wanted:
        return
    log = home.logs / "airflow-migrate.log"
    with log.open("ab") as file:
        done = subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"],
            env=environment(at, AIRFLOW_PROGRAMS["api-server"]),
            cwd=home.airflow,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            check=False,
        )
    if done.returncode:
        raise UserError(
            "Airflow 元数据库初始化失败 | Airflow's tables could not be created",
            code="airflow_not_migrated",
            where=str(log),
            todo="read the end of that log; then start again",
            exit_code=1,
        )
    stamp.write_text(wanted)


def _wait(home: Home, services: Sequence[Service], api: AirflowApi, parsing_since: datetime | None) -> None:
    dags = {path.stem for path in (settings.project_root() / "dags").glob("*.py")}

    def ready() -> bool:
        _assert_alive(services)
        states = api.health()
        if any(states.get(component) != "healthy" for component in HEALTHY):
            return False
        if errors := api.import_errors():
            raise UserError(
                "有 DAG 文件无法读取 | a DAG file cannot be read",
                code="dag_broken",
                where="; ".join(errors),
                exit_code=1,
            )
        return parsing_since is None or dags <= api.parsed_since(parsing_since)

    if not wait_until(ready, 180):
        raise UserError(
            "Airflow 未能就绪 | Airflow did not become healthy",
            code="airflow_not_healthy",
            where=str(home.logs),
            expected="every component healthy",
            found=", ".join(f"{component} {state}" for component, state in api.health().items()) or "no answer",
            todo="`warehouse down`, then `warehouse up`; if that does not help, read the logs there",
            exit_code=1,
        )


def _assert_alive(services: Sequence[Service]) -> None:
    for service in services:
        if service.leader() is None:
            raise UserError(
                f"{service.name} 启动后退出 | exited after its start",
                code="service_ended",
                where=str(service.log),
                found=service.last_line(),
                todo="read the end of that log; then start again",
                exit_code=1,
            )
