"""Faults: a step is killed in a process of its own, at a named point, without a chance to say so."""

from __future__ import annotations

import importlib
import itertools
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from employment_warehouse.landing import copying

FORKS = multiprocessing.get_context("forkserver")
# Imported once: a process for each kill then begins at once.
FORKS.set_forkserver_preload(["tests.torture.preloaded"])
KILLED = -signal.SIGKILL
SECONDS = 3600  # to reach its point or its end: only a step that hangs takes this long, even on a busy machine


@dataclass(frozen=True)
class Point:
    """A place in a step: before or after a call of a function, the first or a later one."""

    name: str
    function: str
    """module:attribute, as `employment_warehouse.landing.ledger:claim`."""
    moment: str = "before"
    call: int = 1
    rows_at_once: int = 0
    """So many rows go into one piece of a COPY; 0: as many as always."""
    bytes_left: int = 0
    """No file of the process may be larger, as on a disk that is full; 0: no limit."""


NOWHERE = Point("nowhere", "os:abort")
"""Of a step that is not killed, or from outside."""


class StillRunning(Exception):
    """A step hangs: it has neither ended nor reached the point at which it kills itself."""


FAULTS = {
    point.name: point
    for point in (
        Point("the first file is claimed", "employment_warehouse.landing.ledger:claim", "after"),
        Point("rows were copied", "employment_warehouse.landing.copying:RowCopy.flush", "after"),
        Point("the first file is in", "employment_warehouse.landing.delivery:ingest_file", "after"),
        Point("the build was begun", "employment_warehouse.publication:start_build", "after"),
        Point("models were built", "employment_warehouse.transform.runs:invoke", "after"),
        Point("it is certified", "tests.torture.site:certify", "after"),
        Point("it is published", "employment_warehouse.publication:publish", "after"),
        Point("rows were purged", "employment_warehouse.landing:purge", "after"),
    )
}


def disturb(fault: str, step: Callable[..., Any], *given: Any) -> bool:
    """Run a step in a process that is killed at a point; whether it got there (not in a night without new files)."""
    return run_killed(FAULTS[fault], step, *given)


def begin(point: Point, step: Callable[..., Any], *given: Any) -> multiprocessing.process.BaseProcess:
    """A step in a process of its own that runs until it reaches the point."""
    process = FORKS.Process(target=_until, args=(point, dict(os.environ), step, given), name=point.name)
    process.start()
    return process


def exit_code(process: multiprocessing.process.BaseProcess) -> int | None:
    """Of a step, once it has ended: 0 if it succeeded. Raises StillRunning, and ends it, if it hangs."""
    process.join(SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
        raise StillRunning(f"{process.name}: after {SECONDS} s")
    return process.exitcode


def run_killed(point: Point, step: Callable[..., Any], *given: Any) -> bool:
    """Run a step in a process of its own, which kills itself at the point; whether it got there."""
    return exit_code(begin(point, step, *given)) == KILLED


def run_on_full_disk(largest: int, step: Callable[..., Any], *given: Any) -> int | None:
    """Run a step in a process whose files are limited to this many bytes; its exit code: 0 if it succeeded."""
    return exit_code(begin(replace(NOWHERE, bytes_left=largest), step, *given))


def _until(point: Point, environment: dict[str, str], step: Callable[..., Any], given: tuple[Any, ...]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    if point.bytes_left:
        resource.setrlimit(resource.RLIMIT_FSIZE, (point.bytes_left, point.bytes_left))
    _kill_at(point)
    step(*given)


def place_of(point: Point) -> tuple[Any, str]:
    """The module or the class that has a point's function, and its name there."""
    module, _, path = point.function.partition(":")
    holder: Any = importlib.import_module(module)
    *outer, name = path.split(".")
    for attribute in outer:
        holder = getattr(holder, attribute)
    return holder, name


def _kill_at(point: Point) -> None:
    """Let this process kill itself when it reaches a point."""
    holder, name = place_of(point)
    original, calls = getattr(holder, name), itertools.count(1)
    if point.rows_at_once:
        copying.ROWS_AT_ONCE = point.rows_at_once

    def killing(*values: Any, **named: Any) -> Any:
        call = next(calls)  # of dbt's threads, too, one is the one
        if (call, point.moment) == (point.call, "before"):
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*values, **named)
        if (call, point.moment) == (point.call, "after"):
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, name, killing)
