"""The embedded server: PostgreSQL from its wheel, with its data in the home. Creates, starts and stops it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from employment_warehouse import settings
from employment_warehouse.database.account import choose_data_folder, owner, run_program
from employment_warehouse.database.connections import Address, as_variable
from employment_warehouse.database.postgres_settings import EMBEDDED, INITDB, as_options, configuration
from employment_warehouse.database.postmaster import postmaster, remove_stale_pid_file
from employment_warehouse.database.program_logins import LOGINS, SUPERUSER, make_airflow_database, set_password
from employment_warehouse.errors import UserError
from employment_warehouse.settings import Home

SOCKET_BYTES = 107
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
        """In the home, or, if its path is too long or unusual for a socket, a short folder under /tmp."""
        inside = self.home.run
        fits = len(os.fsencode(inside / ".s.PGSQL.65535")) <= SOCKET_BYTES
        if fits and re.fullmatch(r"[A-Za-z0-9_./-]+", str(inside)) and owner(self.data) == os.geteuid():
            return inside
        hash_of_home = hashlib.sha256(os.fsencode(self.home.root)).hexdigest()[:12]
        return Path(f"/tmp/employment-warehouse-{owner(self.data)}-{hash_of_home}")  # noqa: S108  created 0700, checked

    # --- start and stop ---------------------------------------------------------------------------------------------

    def init(self) -> None:
        """Create the data folder, once; what a killed set-up left incomplete is created again."""
        if self.exists():
            return
        place = choose_data_folder(self.home)
        if self.data.is_symlink() or self.data.exists():
            raise UserError(
                "数据目录不完整 | the data folder exists, but is not a database",
                code="data_folder_foreign",
                where=str(self.data),
                todo="move it away; the next start creates a new one",
            )
        draft = place.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        os.chown(draft, owner(place.parent), -1)
        self._initdb(draft)
        (draft / "postgresql.auto.conf").write_text("".join(configuration()))
        draft.rename(place)
        if place != self.data:
            self.data.symlink_to(place)

    def start(self) -> None:
        """Start the server if it is not running, and create its databases."""
        self.init()
        if self.running():
            return
        remove_stale_pid_file(self.data)
        self._make_socket_folder()
        self._complete_configuration()
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

    def _initdb(self, folder: Path) -> None:
        password = folder.parent / "initdb.password"
        password.touch(mode=0o600)
        password.write_text(self.home.secret(f"password:{SUPERUSER}"))
        os.chown(password, owner(folder), -1)
        try:
            done = run_program(
                "initdb", "--username", SUPERUSER, *INITDB, "--pwfile", password, "--pgdata", folder,
                owner=owner(folder),
            )  # fmt: skip
        finally:
            password.unlink()
        if done.returncode:
            raise UserError(
                "数据库初始化失败 | the database could not be created",
                code="database_not_made",
                where=str(folder),
                database=done.stderr.strip()[-500:],
                todo="check free disk space and that the folder is writable",
            )

    def _pg_ctl(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return run_program(
            "pg_ctl", *arguments, "-D", self.data.resolve(), owner=owner(self.data), largest_file=LARGEST_SERVER_FILE
        )

    def _make_socket_folder(self) -> None:
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, owner(self.data), -1)
        kept = folder.stat()
        if kept.st_uid != owner(self.data) or kept.st_mode & 0o077:
            raise UserError(
                "套接字目录属于他人 | the socket's folder belongs to someone else",
                code="socket_folder_foreign",
                where=str(folder),
                expected="a folder of this user, mode 0700",
                todo="remove it, or use a home with a shorter path",
            )

    def _complete_configuration(self) -> None:
        """Add the settings that a home of an earlier version lacks; what it has, stays."""
        path = self.data / "postgresql.auto.conf"
        names = set(re.findall(r"(?m)^(\w+) *=", path.read_text()))
        with path.open("a") as file:
            file.writelines(line for line in configuration() if line.split(" ", 1)[0] not in names)

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


def free_port(wanted: int = 0) -> int:
    """`wanted` if nothing listens there, else a port that is free now (TCP, this machine only)."""
    for candidate in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UserError("没有空闲端口 | no port is free", code="no_port")
