"""The SQL of a package is in its folder `queries/`, one statement per file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path


def statements(folder: str) -> Callable[[str], bytes]:
    """For a folder's `__file__`, a function that returns the statement in its file `<name>.sql`, and reads each file
    once.
    """

    @cache
    def query(name: str) -> bytes:
        return Path(folder).with_name(f"{name}.sql").read_bytes()

    return query
