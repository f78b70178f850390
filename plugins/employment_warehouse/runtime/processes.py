"""Long-running processes of a home. Each leads its own session and is identified by its number and start time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from employment_warehouse import settings
from employment_warehouse.database.account import with_file_limit
from employment_warehouse.database.embedded import LARGEST_SERVER_FILE
from employment_warehouse.errors import UserError
from employment_warehouse.settings import Home


@dataclass(frozen=True)
class Service:
    """One process by name (`scheduler`), and the processes that it started. Its record is run/<name>.json."""

    home: Home
    name: str

    @property
    def log(self) -> Path:
        return self.home.logs / f"{self.name}.log"

    @property
    def record(self) -> Path:
        return self.home.run / f"{self.name}.json"

    def start(self, command: list[str], environment: Mapping[str, str]) -> None:
        """Start it in a new session, unless it is running."""
        if self.leader() is not None:
            return
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            process = subprocess.Popen(
                with_file_limit(command, LARGEST_SERVER_FILE),  # strangers can have the console log what they send
                cwd=self.home.airflow,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o077,
            )
        started = psutil.Process(process.pid).create_time()
        settings.write_whole(self.record, json.dumps({"pid": process.pid, "started": started}))

    def leader(self) -> psutil.Process | None:
        """The process itself, if it is running."""
        pid, started = self._recorded_process()
        if pid is None:
            return None
        try:
            process = psutil.Process(pid)
            alive = process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - started) < 1
        except psutil.Error:
            return None
        return process if alive else None

    def session(self) -> list[psutil.Process]:
        """All processes of its session, even after the leader was killed: workers and running tasks."""
        pid, started = self._recorded_process()
        if pid is None:
            return []
        found = []
        for process in home_processes(self.home):
            with contextlib.suppress(psutil.Error, OSError):
                if os.getsid(process.pid) == pid and process.create_time() >= started - 1:
                    found.append(process)
        return found

    def last_line(self) -> str:
        """The last line of its log, for a message about why it exited."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return next((line for line in reversed(lines) if line.strip()), "")

    def _recorded_process(self) -> tuple[int | None, float]:
        try:
            kept = json.loads(self.record.read_text())
            return int(kept["pid"]), float(kept["started"])
        except (OSError, ValueError, KeyError):
            return None, 0.0


def home_processes(home: Home) -> list[psutil.Process]:
    """Every process that a service of this home started: a Python whose working folder is the home's `airflow`."""
    found = []
    folder, program = home.airflow.resolve(), Path(sys.executable).resolve()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            alive = process.status() != psutil.STATUS_ZOMBIE
            if alive and Path(process.cwd()) == folder and Path(process.exe()) == program:
                found.append(process)
    return found


def end(processes: list[psutil.Process]) -> None:
    """Terminate these processes; kill those that are still running after five seconds."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _, stubborn = psutil.wait_procs(processes, timeout=5)
    for process in stubborn:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)


def end_strays(home: Home, services: list[Service]) -> None:
    """End processes of no running service: workers of a killed one, one whose start was never recorded."""
    known = {p.pid for service in services if service.leader() is not None for p in service.session()}
    end([process for process in home_processes(home) if process.pid not in known])


def stop_all(home: Home, services: list[Service]) -> None:
    """End the services, all at once, then every other process of this home; delete their records."""
    end([leader for service in services if (leader := service.leader()) is not None])
    end(home_processes(home))
    for service in services:
        service.record.unlink(missing_ok=True)


@contextmanager
def one_at_a_time(home: Home) -> Iterator[None]:
    """`up` and `down` of one home exclude each other. The lock is on the folder itself: no file is left."""
    folder = os.open(home.root, os.O_RDONLY)
    try:
        deadline = time.monotonic() + 180
        while True:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise UserError(
                        "另一个启动或停止操作正在进行 | another start or stop is in progress",
                        code="home_busy",
                        where=str(home.root),
                        todo="wait until it has finished, then try again",
                    ) from None
                time.sleep(0.2)
        yield
    finally:
        os.close(folder)
