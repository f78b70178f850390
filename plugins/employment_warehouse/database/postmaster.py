"""The processes of a PostgreSQL in its data folder: the one that serves it, and what a killed one has left."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from employment_warehouse.errors import UserError


def postmaster(data: Path) -> psutil.Process | None:
    """The process that postmaster.pid names, if it is a postgres that is alive and works in this data folder."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        is_ours = process.status() != psutil.STATUS_ZOMBIE and _works_in(process, data)
    except (OSError, ValueError, psutil.Error):
        return None
    return process if is_ours else None


def remove_stale_pid_file(data: Path) -> None:
    """Prepare a start after a kill: wait for the old processes to exit, then remove their postmaster.pid.

    PostgreSQL does not start while a process has the number in postmaster.pid, even if it is another program.
    The file is removed only when no postgres works in this folder.
    """
    for _ in range(150):
        if not any(_works_in(process, data) for process in psutil.process_iter()):
            break
        time.sleep(0.2)
    else:
        raise UserError(
            "上次运行的数据库进程尚未退出 | database processes of a killed run have not exited",
            code="database_still_dying",
            where=str(data),
            todo="end them (`ps aux | grep postgres`), then start again",
        )
    (data / "postmaster.pid").unlink(missing_ok=True)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    """Whether a process is a postgres that works in this data folder (a zombie no longer has a folder)."""
    try:
        return process.name().startswith("postgres") and Path(process.cwd()) == folder.resolve()
    except (psutil.Error, OSError):
        return False
