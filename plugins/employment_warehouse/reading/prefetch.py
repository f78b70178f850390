"""One stage of a pipeline: the next item is computed while the last one is in use."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

Item = TypeVar("Item")
NICENESS = 10


def prefetch(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items in their order; while the caller uses one, another thread computes the next."""
    with ThreadPoolExecutor(1, "prefetch", _lower_priority) as executor:
        pending = executor.submit(next, items, None)
        while (item := pending.result()) is not None:
            pending = executor.submit(next, items, None)
            yield item


def _lower_priority() -> None:
    """Let the database server run first, through which all rows pass (0.1–0.2 s of 3.1 s for 1.44 million rows)."""
    with suppress(OSError):  # where a thread has no priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
