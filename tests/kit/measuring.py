"""What the benchmarks share: their options, what they say of a bar, and a stopwatch."""

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


def is_judged(given: argparse.Namespace) -> bool:
    """Whether figures are held against the bars: at full size, or to show that a planted fault misses them."""
    return bool(given.share >= 1 or given.planted)


def verdict(is_met: bool, is_judged: bool) -> str:
    """What is printed behind a figure and its bar."""
    if not is_judged:
        return "below full size, not the bar"
    return "met" if is_met else "NOT MET"


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
