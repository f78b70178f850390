"""The embedded deployment: start and stop the servers of one home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import httpx

from employment_warehouse import settings
from employment_warehouse.database import connect, migrate, seed_tables
from employment_warehouse.database.embedded import Server
from employment_warehouse.database.roles import SUPERUSER
from employment_warehouse.errors import UserError
from employment_warehouse.runtime import deployment
from employment_warehouse.runtime.airflow_api import AirflowApi, wait_until
from employment_warehouse.runtime.deployment import OPERATOR, Deployment, sign_in_file
from employment_warehouse.runtime.environment import console_environment, environment
from employment_warehouse.runtime.parts import AIRFLOW_PARTS, HEALTHY, OPERATOR_PASSWORD, SIMULATOR, UPLOADS
from employment_warehouse.runtime.ports import choose_port
from employment_warehouse.runtime.processes import Service, end_strays, one_at_a_time, stop_all
from employment_warehouse.runtime.seclusion import secluded
from employment_warehouse.settings import Home


@dataclass(frozen=True)
class Warehouse:
    """The servers of one home. Each method may be called at any time, any number of times."""

    home: Home

    @property
    def server(self) -> Server:
        return Server(self.home)

    @property
    def deployment(self) -> Deployment:
        return deployment.embedded(self.home)

    @property
    def services(self) -> list[Service]:
        """Airflow's parts, the console, the reader of uploads, and the platform simulator of the demonstration."""
        return [Service(self.home, name) for name in (*AIRFLOW_PARTS, "console", "uploads", "hr-platform")]

    def up_database(self) -> list[str]:
        """Start PostgreSQL and bring its schema and seed tables up to date; returns what changed in the schema."""
        server = self.server
        server.start()
        with server.connect_superuser() as connection:
            done = migrate(connection)
        server.set_passwords()
        os.environ.update(server.environment())
        if done or seed_tables.have_changed():
            seed_tables.load()
        return done

    def up_airflow(self) -> None:
        """Start the parts of Airflow that are not running; wait until all are healthy and every DAG is parsed."""
        end_strays(self.home, self.services)
        starting = [service for service in self.services if service.name in AIRFLOW_PARTS and service.leader() is None]
        if len(starting) == len(AIRFLOW_PARTS):
            choose_port(self.home, "api-server")
            write_sign_in(self.home)
        self._migrate_metadata()
        began = datetime.now(UTC)
        for service in starting:
            part = AIRFLOW_PARTS[service.name]
            command = part.command
            if not part.roles:
                command = secluded(command, _closed_folders(self.home))
            service.start(command, environment(self.deployment, part))
        self._wait(began if any(service.name == "dag-processor" for service in starting) else None)

    def up_uploads(self) -> None:
        """Start the process that reads what clerks upload."""
        Service(self.home, "uploads").start(UPLOADS.command, environment(self.deployment, UPLOADS))

    def up_platform(self) -> None:
        """Start the simulated HR platform of a demonstration, if this home shows one."""
        service = Service(self.home, "hr-platform")
        items = self.home.demonstration / "hr_platform"
        if settings.platform_access() is not None or not items.exists() or service.leader() is not None:
            return
        number = choose_port(self.home, service.name)
        command = [sys.executable, "-m", "employment_warehouse.demonstration.simulator", str(items)]
        service.start([*command, "--port", str(number)], environment(self.deployment, SIMULATOR))

    def up_console(self) -> None:
        """Start the console, and wait until it answers. It can enter neither keys nor data nor archive."""
        service = Service(self.home, "console")
        if service.leader() is not None:
            return
        number = choose_port(self.home, service.name)
        command = [sys.executable, "-m", "employment_warehouse.console", "127.0.0.1", str(number)]
        home = self.home
        hidden = [home.secrets, home.postgres, home.archive, home.dbt]
        service.start(secluded(command, hidden), console_environment(self.deployment))
        if not wait_until(lambda: service.leader() is None or answers(self.deployment), 30) or not service.leader():
            raise UserError(
                "控制台未能启动 | the console did not start",
                code="console_not_started",
                where=str(service.log),
                found=service.last_line(),
                todo="read the end of that log; then start again",
                exit_code=1,
            )

    def down(self) -> None:
        """Stop everything; leaves no process, socket or lock."""
        stop_all(self.home, self.services)
        self.server.stop()

    def states(self) -> dict[str, str]:
        """Each process with its state, in words."""
        found = {"postgres": f"pid {self.server.pid()}" if self.server.running() else "stopped"}
        for service in self.services:
            leader = service.leader()
            found[service.name] = "stopped" if leader is None else f"pid {leader.pid}"
        return found

    def _migrate_metadata(self) -> None:
        """Airflow's own tables, once for each of its versions."""
        stamp = self.home.airflow / "migrated"
        wanted = version("apache-airflow-core")
        if stamp.exists() and stamp.read_text() == wanted:
            return
        log = self.home.logs / "airflow-migrate.log"
        with log.open("ab") as file:
            done = subprocess.run(
                [sys.executable, "-m", "airflow", "db", "migrate"],
                env=environment(self.deployment, AIRFLOW_PARTS["api-server"]),
                cwd=self.home.airflow,
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

    def _wait(self, parsing_since: datetime | None) -> None:
        api = AirflowApi(self.deployment)
        dags = {path.stem for path in (settings.project_root() / "dags").glob("*.py")}

        def ready() -> bool:
            self._assert_alive()
            states = api.health()
            if any(states.get(part) != "healthy" for part in HEALTHY):
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
                where=str(self.home.logs),
                expected="every part healthy",
                found=", ".join(f"{part} {state}" for part, state in api.health().items()) or "no answer",
                todo="`warehouse down`, then `warehouse up`; if that does not help, read the logs there",
                exit_code=1,
            )

    def _assert_alive(self) -> None:
        for service in self.services:
            if service.name in AIRFLOW_PARTS and service.leader() is None:
                raise UserError(
                    f"{service.name} 启动后退出 | exited after its start",
                    code="service_ended",
                    where=str(service.log),
                    found=service.last_line(),
                    todo="read the end of that log; then start again",
                    exit_code=1,
                )


def up(home: Home) -> None:
    """Start the whole warehouse. Raises UserError (`not_embedded`) on a server."""
    _assert_embedded(home)
    _make_landing_zone()
    with one_at_a_time(home):
        warehouse = Warehouse(home)
        warehouse.up_database()
        warehouse.up_platform()
        warehouse.up_console()  # before Airflow, whose menu links to it
        warehouse.up_airflow()
        warehouse.up_uploads()


def down(home: Home) -> None:
    """Stop the whole warehouse. Raises UserError (`not_embedded`) on a server."""
    _assert_embedded(home)
    with one_at_a_time(home):
        Warehouse(home).down()


def migrate_database(home: Home) -> list[str]:
    """Bring schema and seed tables up to date: of the home's database, or that of AIRFLOW_CONN_POSTGRES."""
    if settings.connection(SUPERUSER) is None:
        with one_at_a_time(home):
            return Warehouse(home).up_database()
    with connect(SUPERUSER) as connection:
        done = migrate(connection)
    seed_tables.load()
    return done


def answers(at: Deployment) -> bool:
    """Whether the console answers, and its database."""
    try:
        return httpx.get(f"http://127.0.0.1:{at.console_listen[1]}/health", timeout=10, trust_env=False).is_success
    except httpx.TransportError:
        return False


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


def _make_landing_zone() -> None:
    """Create the landing zone if it is a folder; an address (`s3://…`) is left to its owner."""
    zone = settings.landing_zone()
    if "://" not in zone:
        Path(zone).mkdir(parents=True, exist_ok=True)


def _assert_embedded(home: Home) -> None:
    if not deployment.current(home).is_embedded:
        raise UserError(
            "服务器部署由 Docker 启停 | on a server, Docker starts and stops the warehouse",
            code="not_embedded",
            where="WAREHOUSE_DATABASE",
            todo="`docker compose up -d`, `docker compose down`",
        )
