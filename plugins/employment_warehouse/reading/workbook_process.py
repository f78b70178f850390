"""The process that has a workbook open, seen from outside: started with limits, asked, waited for, and ended.

`workbook_child` is what runs in it.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from employment_warehouse.errors import UserError
from employment_warehouse.reading.content import Workbook
from employment_warehouse.reading.formats import NAMES
from employment_warehouse.reading.refusals import unsupported_format
from employment_warehouse.reading.table import Refused

# The child is a package of its own that imports nothing of ours; isolated, Python needs its place.
_START = "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module('workbook_child', run_name='__main__')"
_FOLDER = Path(__file__).parent
_SECONDS = 60  # to wait for a child that does nothing; it may use ten seconds of a processor
_PIPE = 256 << 10  # most of a frame of rows, so that neither waits long for the other


class ReaderKilled(UserError):
    """读取工作簿的进程被系统终止，多半是内存不足。 | The reader of the workbook was killed, probably out of memory"""

    code = "reader_killed"
    exit_code = 1


class WorkbookProcess:
    """The process that has the workbook open."""

    def __init__(self, book: Workbook) -> None:
        descriptor = book.file.fileno()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, str(_FOLDER), str(descriptor), book.kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(descriptor,),
            pipesize=_PIPE,
            env={"MALLOC_ARENA_MAX": "1", "MALLOC_TOP_PAD_": str(64 << 20), "MALLOC_TRIM_THRESHOLD_": str(1 << 30)},
        )
        # A table that is dropped without reading its rows leaves no process behind.
        self._finalizer = weakref.finalize(self, _kill, self._process)
        self._is_timed_out = False

    def request(self, places: list[int]) -> None:
        """Ask for all rows of these sheets. If the child has ended already, `receive` says why."""
        assert self._process.stdin
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(places).encode() + b"\n")
            self._process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        """The next message; raises Refused if the child refuses, is late or has died."""
        assert self._process.stdout
        with self._time_limit():
            line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise self._died()
        message: dict[str, Any] = json.loads(line)
        if "refused" in message:
            raise self._refused(message["refused"])
        return message

    def data(self, byte_count: int) -> bytes:
        """The rows that the last message announced; raises Refused if the child is late with them or has died."""
        assert self._process.stdout
        with self._time_limit():
            data = self._process.stdout.read(byte_count)
        if len(data) < byte_count:
            raise self._died()
        return data

    def _refused(self, code: str) -> Refused:
        self.end()
        if code == "unsupported_format":
            return unsupported_format(NAMES["old_workbook"])
        return Refused(code)

    def end(self) -> None:
        """End the process; it may be called more than once."""
        self._finalizer()

    @contextmanager
    def _time_limit(self) -> Iterator[None]:
        timer = threading.Timer(_SECONDS, self._give_up)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()  # until it has ended, its thread keeps this object, and with it the process, alive

    def _give_up(self) -> None:
        self._is_timed_out = True
        self._process.kill()

    def _died(self) -> UserError:
        """Why there is no reply: the workbook, or (killed from outside, mostly for lack of memory) the machine."""
        code = self._process.wait()
        if code == -signal.SIGKILL and not self._is_timed_out:
            self.end()
            return ReaderKilled()
        return self._refused(self._exit_reason(code))

    def _exit_reason(self, code: int) -> str:
        if self._is_timed_out or code == -signal.SIGXCPU:  # its limit of processor time
            return "workbook_timeout"
        return "too_many_cells_declared" if code == -signal.SIGABRT else "workbook_unreadable"  # out of memory


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()
