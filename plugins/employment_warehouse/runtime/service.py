"""Up and down: the servers of one warehouse."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

import psycopg
from rich.cells import set_cell_size
from rich.console import Console

from employment_warehouse import database, settings
from employment_warehouse.database import connect, migrate, seed_tables
from employment_warehouse.database.embedded import Server
from employment_warehouse.database.roles import SUPERUSER
from employment_warehouse.errors import UserError
from employment_warehouse.runtime.airflow_api import AirflowApi, wait_until
from employment_warehouse.runtime.environment import (
    OPERATOR,
    base_url,
    choose_port,
    environment,
    sign_in_file,
    write_sign_in,
)
from employment_warehouse.runtime.processes import Service, end_strays, one_at_a_time, stop_all
from employment_warehouse.settings import Home

# Log servers are left out: they would listen on every interface, and the pages read the files.
PARTS = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
HEALTHY = ("metadatabase", "scheduler", "dag_processor", "triggerer")


@dataclass(frozen=True)
class Warehouse:
    """The servers of one home. Each method may be called at any time and again."""

    home: Home

    @property
    def server(self) -> Server:
        return Server(self.home)

    @property
    def services(self) -> list[Service]:
        """Airflow's parts, and the platform simulator of the demonstration."""
        return [Service(self.home, name) for name in (*PARTS, "hr-platform")]

    def up_database(self) -> list[str]:
        """Start PostgreSQL, bring its schema and seed tables up to date; what was done to the schema."""
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
        """Start Airflow's parts that do not run, and wait until all are healthy and every DAG is read."""
        end_strays(self.home, self.services)
        starting = [service for service in self.services if service.name in PARTS and service.leader() is None]
        if len(starting) == len(PARTS):
            choose_port(self.home, "api-server")
            write_sign_in(self.home)
        variables = environment(self.home, self.server)
        self._migrate_metadata(variables)
        began = datetime.now(UTC)
        for service in starting:
            service.start([sys.executable, "-m", "airflow", *PARTS[service.name]], variables)
        self._wait(began if any(service.name == "dag-processor" for service in starting) else None)

    def up_platform(self) -> None:
        """Start the simulated HR platform of a demonstration, if this home shows one."""
        service = Service(self.home, "hr-platform")
        items = self.home.demonstration / "hr_platform"
        if settings.platform_access() is not None or not items.exists() or service.leader() is not None:
            return
        number = choose_port(self.home, service.name)
        command = [sys.executable, "-m", "employment_warehouse.demonstration.simulator", str(items)]
        service.start([*command, "--port", str(number)], environment(self.home, self.server))

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

    def _migrate_metadata(self, variables: dict[str, str]) -> None:
        """Airflow's own tables, once for each of its versions."""
        stamp = self.home.airflow / "migrated"
        wanted = version("apache-airflow-core")
        if stamp.exists() and stamp.read_text() == wanted:
            return
        log = self.home.logs / "airflow-migrate.log"
        with log.open("ab") as file:
            done = subprocess.run(
                [sys.executable, "-m", "airflow", "db", "migrate"],
                env=variables,
                cwd=self.home.airflow,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                check=False,
            )
        if done.returncode:
            raise UserError(
                "Airflow 元数据库初始化失败 | Airflow's tables could not be made",
                code="airflow_not_migrated",
                where=str(log),
                todo="read the end of that log; then start again",
                exit_code=1,
            )
        stamp.write_text(wanted)

    def _wait(self, parsing_since: datetime | None) -> None:
        api = AirflowApi(self.home)
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
                todo="`warehouse down`, then `warehouse up`; if it stays so, read the logs there",
                exit_code=1,
            )

    def _assert_alive(self) -> None:
        for service in self.services:
            if service.name in PARTS and service.leader() is None:
                raise UserError(
                    f"{service.name} 启动后退出 | ended after its start",
                    code="service_ended",
                    where=str(service.log),
                    found=service.last_words(),
                    todo="read the end of that log; then start again",
                    exit_code=1,
                )


def up(home: Home) -> None:
    """Start the whole warehouse."""
    with one_at_a_time(home):
        warehouse = Warehouse(home)
        warehouse.up_database()
        warehouse.up_platform()
        warehouse.up_airflow()


def down(home: Home) -> None:
    """Stop the whole warehouse."""
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


def use_database(home: Home, *roles: str) -> None:
    """Let this process connect as these roles: to the home's own database, else to whom the environment names.

    Raises UserError (`not_running`) if the home has a database that does not run.
    """
    server = Server(home)
    if not server.exists():
        return
    if not server.running():
        raise UserError(
            "数据库未在运行 | the database is not running",
            code="not_running",
            where=str(home.root),
            todo="start it with `warehouse up`",
            exit_code=1,
        )
    os.environ.update(server.environment(*roles))


def describe(home: Home, console: Console) -> None:
    """Say what runs, where its pages are, how to sign in, what was published last, and how to query."""
    warehouse = Warehouse(home)
    states = warehouse.states()
    lines = states | {"目录 home": str(home.root), "落地区 landing": settings.landing_zone()}
    if states["api-server"] != "stopped":
        lines["Airflow"] = base_url(home)
        lines["登录 sign-in"] = f"{OPERATOR}, 密码在文件 {sign_in_file(home)} 中 | password in that file"
    if states["postgres"] != "stopped":
        lines["发布 published"] = _last_publication(home)
        lines["查询 query"] = 'warehouse sql "select * from marts.publications"'
        lines["PostgreSQL"] = (
            f"host=127.0.0.1 port={warehouse.server.port} dbname=warehouse user=wh_analyst "
            f"passfile='{warehouse.server.password_file}'"
        )
    for name, value in lines.items():
        console.print(f"{set_cell_size(name, 16)}{value}", markup=False)


def _last_publication(home: Home) -> str:
    use_database(home, "wh_auditor")
    try:
        with connect("wh_auditor") as connection:
            row = connection.execute(
                "select report_date, publication from ops.publication where publication = ops.standing_publication()"
            ).fetchone()
    except psycopg.Error as error:
        return database.describe(error)
    return "— " if row is None else f"{row[0]} (第 {row[1]} 号 no.)"
