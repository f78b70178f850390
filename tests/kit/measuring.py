"""What the benchmarks share: their options, and a stopwatch."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import psutil


def bench_options(doc: str | None) -> argparse.ArgumentParser:
    """Options of every benchmark: --share of the full size, --planted to show that its bars can be missed."""
    options = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--share", type=float, default=1.0)
    options.add_argument("--planted", action="store_true")
    return options


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU seconds of processes and of all that they have started, those that have ended included."""
    processes = [psutil.Process(pid) for pid in pids]
    everyone = {one for process in processes for one in (process, *process.children(recursive=True))}
    spent = 0.0
    for one in everyone:
        with suppress(psutil.NoSuchProcess):  # it has ended, and its parent has its seconds
            spent += sum(one.cpu_times()[:4])
    return spent
