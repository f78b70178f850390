"""What the benchmarks share: their options, and a stopwatch."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable


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
