"""Files that are read once, and again when they have changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TypeVar

Content = TypeVar("Content")


def read_when_changed(read: Callable[[Path], Content]) -> Callable[[Path], Content]:
    """Decorator that keeps what a function has read from a file until the file is modified. Errors are not kept."""
    known: dict[Path, tuple[int, Content]] = {}

    @wraps(read)
    def latest(path: Path) -> Content:
        modified_ns = path.stat().st_mtime_ns
        found = known.get(path)
        if found is None or found[0] != modified_ns:
            found = known[path] = modified_ns, read(path)
        return found[1]

    return latest
