"""One stage of a pipeline: what comes next is made while the last is in use."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items; while one is in use, another thread makes the next two."""
    with ThreadPoolExecutor(1, "ahead") as beside:
        coming = deque(beside.submit(next, items, None) for _ in range(2))
        while (item := coming.popleft().result()) is not None:
            coming.append(beside.submit(next, items, None))
            yield item
