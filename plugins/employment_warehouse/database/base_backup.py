"""Base backups and recovery, by PostgreSQL's own programs: taken while the server runs, proved, and recovered."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from employment_warehouse.database.account import owner, run_client, run_program
from employment_warehouse.database.connections import Address
from employment_warehouse.database.postgres_settings import as_options
from employment_warehouse.database.program_logins import SUPERUSER
from employment_warehouse.errors import UserError

TARGET_MISSED = ("before configured recovery target was reached", "before consistent recovery point")


class BackupDamaged(UserError):
    """备份已损坏。 | The backup is damaged."""

    code = "backup_damaged"
    exit_code = 1


@dataclass(frozen=True)
class LogRange:
    """The part of the write-ahead log that a base backup needs; positions are PostgreSQL's (`0/2000028`)."""

    timeline: int
    start: str
    end: str

    @property
    def first_segment(self) -> str:
        """Name of the first segment, of 16 MiB as initdb makes them."""
        high, low = (int(half, 16) for half in self.start.split("/"))
        return f"{self.timeline:08X}{high:08X}{low >> 24:08X}"


def take(at: Address, folder: Path) -> None:
    """Copy a running server's databases, with the log that was written meanwhile and a checksum of each file."""
    done = run_client(
        "pg_basebackup", "--pgdata", folder, "--wal-method=stream", "--checkpoint=fast",
        "--manifest-checksums=SHA256", "--no-password", f"--host={at.host}", f"--port={at.port}",
        f"--username={at.user}", password=at.password,
    )  # fmt: skip
    if done.returncode:
        raise UserError(
            "数据库备份失败 | the databases could not be copied",
            code="backup_failed",
            where=str(folder),
            database=_last_lines(done),
            todo="correct what PostgreSQL reports, then run the backup again; earlier backups are as they were",
            exit_code=1,
        )


def log_range(folder: Path) -> LogRange:
    """The range of the write-ahead log that a base backup needs, as its manifest states it."""
    stated = _manifest(folder)["WAL-Ranges"][-1]
    return LogRange(int(stated["Timeline"]), stated["Start-LSN"], stated["End-LSN"])


def system_identifier(folder: Path) -> int:
    """Which server a base backup is of: PostgreSQL's number, the same for a server and all that is restored from it."""
    return int(_manifest(folder)["System-Identifier"])


def prove(folder: Path) -> None:
    """Compare each file of a base backup with its checksum. Raises BackupDamaged."""
    done = run_client("pg_verifybackup", "--exit-on-error", "--quiet", folder)
    if done.returncode:
        raise BackupDamaged(where=str(folder), database=_last_lines(done), todo="use another backup")


def prove_log(folder: Path, wal: Path) -> None:
    """Read the log from the end of a base backup to the last segment kept. Raises BackupDamaged."""
    needed = log_range(folder)
    last = max(path for path in wal.iterdir() if re.fullmatch(f"{needed.timeline:08X}[0-9A-F]{{16}}", path.name))
    end = (int(last.name[8:16], 16) << 32) + (int(last.name[16:], 16) + 1) * last.stat().st_size
    done = run_client(
        "pg_waldump", "--quiet", f"--path={wal}", f"--timeline={needed.timeline}", f"--start={needed.end}",
        f"--end={end >> 32:X}/{end & 0xFFFFFFFF:X}",
    )  # fmt: skip
    if done.returncode:
        raise BackupDamaged(
            where=str(wal),
            database=_last_lines(done),
            todo="make a new backup now; the ones before can be restored up to this place with `--until`",
        )


def delete_log(wal: Path, oldest: Path) -> None:
    """Delete the segments that no base backup from `oldest` on needs."""
    run_client("pg_archivecleanup", wal, log_range(oldest).first_segment)


@contextmanager
def recovered(data: Path, wal: Path, target: Mapping[str, str]) -> Iterator[psycopg.Connection]:
    """A copied base backup, recovered with the log in `wal` to a target of PostgreSQL's (`recovery_target_…`), or to
    the log's end. The server serves this process alone, without a password, and is stopped at the end of the block.

    Raises UserError: `target_missed`, `restore_failed`.
    """
    account = owner(data)
    log, link = data.parent / "recovery.log", data.parent / "recovery.wal"
    link.unlink(missing_ok=True)
    link.symlink_to(wal.resolve())
    sockets = Path(tempfile.mkdtemp(prefix="recovery-", dir="/tmp"))  # a socket's name must be short
    try:
        access = sockets / "hba.conf"
        access.write_text(f"local all {SUPERUSER} trust\n")
        (data / "recovery.signal").touch(mode=0o600)
        log.write_text("")
        for path in (sockets, access, data / "recovery.signal", log):
            os.chown(path, account, -1)
        options = as_options({**_recovery_settings(sockets, access, link), **target})
        run_program("pg_ctl", "start", "-W", "-l", log, "-o", options, "-D", data, owner=account)
        try:
            with _connection_after_recovery(data, sockets, log) as connection:
                yield connection
        finally:
            run_program("pg_ctl", "stop", "-m", "fast", "-w", "-t", "600", "-D", data, owner=account)
    finally:
        link.unlink(missing_ok=True)
        shutil.rmtree(sockets)


def _recovery_settings(sockets: Path, access: Path, link: Path) -> dict[str, str]:
    """access: the file of who may connect. link: to the log, beside the folder of the databases."""
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "port": "5432",
        "hba_file": str(access),
        "archive_mode": "off",
        # Its settings need not be those of the server that was backed up, and nobody reads it meanwhile.
        "hot_standby": "off",
        "restore_command": f"cp ../{link.name}/%f %p",
        "recovery_target_timeline": "current",
        "recovery_target_action": "promote",
    }


def _connection_after_recovery(data: Path, sockets: Path, log: Path) -> psycopg.Connection:
    """Recovery takes as long as there is log to replay; the server answers when it has ended, or is gone."""
    while True:
        try:
            return psycopg.connect(host=str(sockets), port=5432, user=SUPERUSER, dbname="warehouse")
        except psycopg.OperationalError:
            time.sleep(0.1)
        if run_program("pg_ctl", "status", "-D", data, owner=owner(data)).returncode:
            raise _not_recovered(log)


def _not_recovered(log: Path) -> UserError:
    fatal = " ".join(line for line in log.read_text(errors="replace").splitlines() if "FATAL" in line)
    if any(missed in fatal for missed in TARGET_MISSED):
        return UserError(
            "备份没有这一时刻 | the backup does not have this moment",
            code="target_missed",
            where=str(log),
            found=" ".join(re.findall(r"last completed transaction was at log time [^\n]*", log.read_text())[-1:]),
            todo="give an earlier time, or restore to the end, without `--until`",
        )
    return UserError(
        "数据库未能恢复 | the database could not be recovered",
        code="restore_failed",
        where=str(log),
        database=fatal,
        todo="read the end of that log; another backup may serve",
        exit_code=1,
    )


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        stated: dict[str, Any] = json.loads((folder / "backup_manifest").read_text())
    except (OSError, ValueError) as error:
        raise BackupDamaged(where=str(folder / "backup_manifest"), todo="use another backup") from error
    return stated


def _last_lines(done: subprocess.CompletedProcess[str]) -> str:
    return " ".join(done.stderr.split("\n")[-5:]).strip()
