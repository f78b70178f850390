"""The embedded server: PostgreSQL from its wheel, with its data in the home. Starts and stops it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from employment_warehouse import settings
from employment_warehouse.database.account import owner, run_program
from employment_warehouse.database.connections import Address, as_variable
from employment_warehouse.database.data_folder import complete_settings, make_data_folder
from employment_warehouse.database.listening import choose_socket_folder, free_port, make_socket_folder
from employment_warehouse.database.postgres_settings import EMBEDDED, as_options
from employment_warehouse.database.postmaster import postmaster, remove_stale_pid_file
from employment_warehouse.database.program_logins import LOGINS, SUPERUSER, make_airflow_database, set_password
from employment_warehouse.errors import UserError
from employment_warehouse.settings import Home

# PostgreSQL's own files have at most 1 GiB. Its log would have what anyone with a login puts into messages of errors.
LARGEST_SERVER_FILE = 2 * 2**30
LARGEST_LOG_KEPT = 64 * 2**20


@dataclass(frozen=True)
class Server:
    """One PostgreSQL server: `init` creates it; `start` and `stop` may be called at any time, any number of times."""

    home: Home

    @property
    def data(self) -> Path:
        return self.home.postgres / "data"

    @property
    def wal_archive(self) -> Path:
        """Where finished segments of its log are copied to: a link to the folder of the last backup, once made."""
        return self.data.resolve().parent / "wal"

    @property
    def log(self) -> Path:
        """In the home, or beside the data if that is elsewhere (see `choose_data_folder`)."""
        return (self.data.resolve().parent if self.data.is_symlink() else self.home.logs) / "postgres.log"

    @property
    def port(self) -> int:
        """The port that was chosen at the last start, 0 if there was none; it also names the socket."""
        with suppress(FileNotFoundError, ValueError):  # an earlier version's, that a power cut left empty
            return int(json.loads((self.home.postgres / "port.json").read_text())["port"])
        return 0

    @property
    def socket_folder(self) -> Path:
        """Where its socket is: in the home, or in a short folder under /tmp."""
        return choose_socket_folder(self.home, owner(self.data))

    # --- start and stop ---------------------------------------------------------------------------------------------

    def init(self) -> None:
        """Make the data folder, once."""
        if not self.exists():
            make_data_folder(self.home, self.data)

    def start(self) -> None:
        """Start the server if it is not running, and create its databases."""
        self.init()
        if self.running():
            return
        remove_stale_pid_file(self.data)
        make_socket_folder(self.socket_folder, owner(self.data))
        complete_settings(self.data)
        port = self._choose_port()
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_KEPT:
            self.log.replace(self.log.with_name(f"{self.log.name}.1"))
        self.log.touch(mode=0o600)
        os.chown(self.log, owner(self.data), -1)
        options = f"-p {port} -k {self.socket_folder} {as_options(EMBEDDED)}"
        for _ in range(20):
            before = self.log.stat().st_size
            done = self._pg_ctl("start", "-w", "-t", "600", "-l", self.log, "-o", options)
            logged = self.log.read_bytes()[before:].decode(errors="replace")
            # A postmaster that was killed stays a zombie for a while, and its lock counts for as long.
            if done.returncode == 0 or "lock file" not in logged:
                break
            time.sleep(0.5)
        if done.returncode:
            raise UserError(
                "数据库未能启动 | the database did not start",
                code="database_not_started",
                where=str(self.log),
                database=" ".join(line for line in logged.splitlines() if "FATAL" in line or "PANIC" in line),
                todo="read the end of that log; then start again",
            )
        self._make_databases()

    def stop(self) -> None:
        """Stop it (open transactions are rolled back); leaves no process, socket or lock."""
        if not self.exists():
            return
        if self.running():
            self._pg_ctl("stop", "-m", "fast", "-w", "-t", "120")
            if self.running():
                raise UserError(
                    "数据库未能停止 | the database did not stop",
                    code="database_not_stopped",
                    where=str(self.log),
                )
        if self.socket_folder != self.home.run:
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def exists(self) -> bool:
        """Whether the home has a database of its own."""
        return (self.data / "PG_VERSION").exists()

    def running(self) -> bool:
        """Whether the postmaster of this data folder is alive."""
        return postmaster(self.data) is not None

    def pid(self) -> int | None:
        """Process number of the postmaster; None if it is not running."""
        process = postmaster(self.data)
        return None if process is None else process.pid

    # --- connections ------------------------------------------------------------------------------------------

    def connect_superuser(self, database: str = "warehouse") -> psycopg.Connection:
        """A connection as superuser, for set-up and migrations only."""
        return psycopg.connect(
            host=str(self.socket_folder),
            port=self.port,
            user=SUPERUSER,
            password=self.home.secret(f"password:{SUPERUSER}"),
            dbname=database,
            connect_timeout=10,
        )

    def environment(self, *roles: str) -> dict[str, str]:
        """AIRFLOW_CONN_<ROLE> for these roles (all of LOGINS without any): what `database.connect` reads."""
        host = str(self.socket_folder)
        return {
            name: value
            for role in roles or LOGINS
            for name, value in as_variable(
                role, Address(host, self.port, role, self.home.secret(f"password:{role}"), "warehouse")
            ).items()
        }

    def set_passwords(self) -> None:
        """Give each program of the warehouse its password of this home."""
        with self.connect_superuser() as connection:
            for role in LOGINS:
                set_password(connection, role, self.home.secret(f"password:{role}"))
        # Versions before people had logins of their own wrote down the passwords of all roles.
        (self.home.secrets / "pgpass").unlink(missing_ok=True)

    # --- steps ----------------------------------------------------------------------------------------------

    def _pg_ctl(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return run_program(
            "pg_ctl", *arguments, "-D", self.data.resolve(), owner=owner(self.data), largest_file=LARGEST_SERVER_FILE
        )

    def _choose_port(self) -> int:
        """The previous port if it is free, else any free one; it is stored."""
        port = free_port(self.port)
        settings.write_whole(self.home.postgres / "port.json", json.dumps({"port": port}))
        return port

    def _make_databases(self) -> None:
        with self.connect_superuser("postgres") as connection:
            make_airflow_database(connection, self.home.secret("password:airflow"))
            if connection.execute("select from pg_database where datname = 'warehouse'").fetchone() is None:
                connection.execute("create database warehouse template template0")
