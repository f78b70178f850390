"""The embedded deployment: start and stop the servers of one home."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

from employment_warehouse import settings
from employment_warehouse.database import connect, migrate, seed_tables
from employment_warehouse.database.embedded import Server
from employment_warehouse.database.program_logins import SUPERUSER
from employment_warehouse.errors import UserError
from employment_warehouse.runtime import deployment
from employment_warehouse.runtime.airflow_api import wait_until
from employment_warehouse.runtime.deployment import Deployment
from employment_warehouse.runtime.environment import console_environment, environment
from employment_warehouse.runtime.ports import choose_port
from employment_warehouse.runtime.processes import Service, end_strays, one_at_a_time, stop_all
from employment_warehouse.runtime.programs import AIRFLOW_PROGRAMS, SIMULATOR, UPLOADS
from employment_warehouse.runtime.seclusion import secluded_command
from employment_warehouse.runtime.starting_airflow import start_airflow
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
        """Airflow's programs, the console, the reader of uploads, and the platform simulator of the demonstration."""
        return [Service(self.home, name) for name in (*AIRFLOW_PROGRAMS, "console", "uploads", "hr-platform")]

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
        """Start the programs of Airflow that are not running; wait until all are healthy and every DAG is parsed."""
        end_strays(self.home, self.services)
        start_airflow(self.home)

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
        service.start(secluded_command(command, hidden), console_environment(self.deployment))
        if not wait_until(lambda: service.leader() is None or responds(self.deployment), 30) or not service.leader():
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
    """Bring schema and seed tables up to date: of the home's database, or that of AIRFLOW_CONN_POSTGRES.

    Raises UserError (`not_embedded`) on a server where the superuser's connection is not given.
    """
    if settings.connection(SUPERUSER) is None:
        _assert_embedded(home, "`docker compose run --rm init`")
        with one_at_a_time(home):
            return Warehouse(home).up_database()
    with connect(SUPERUSER) as connection:
        done = migrate(connection)
    seed_tables.load()
    return done


def responds(at: Deployment) -> bool:
    """Whether the console and its database respond."""
    try:
        return httpx.get(f"{at.console_api_url}/health", timeout=10, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _make_landing_zone() -> None:
    """Create the landing zone if it is a folder; an address (`s3://…`) is left to its owner."""
    zone = settings.landing_zone()
    if "://" not in zone:
        Path(zone).mkdir(mode=0o700, parents=True, exist_ok=True)  # it has identities


def _assert_embedded(home: Home, todo: str = "`docker compose up -d`, `docker compose down`") -> None:
    if not deployment.current(home).is_embedded:
        raise UserError(
            "服务器部署由 Docker 启停和更新 | on a server, Docker starts, stops and updates the warehouse",
            code="not_embedded",
            where="WAREHOUSE_DATABASE",
            todo=todo,
        )
