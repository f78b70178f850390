"""The SQL of a package is in its folder `queries/`, one statement per file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path


def statements(folder: str) -> Callable[[str], bytes]:
    """Gives, for a folder's `__file__`, the function that reads the statement of `<name>.sql`, each once."""

    @cache
    def query(name: str) -> bytes:
        return Path(folder).with_name(f"{name}.sql").read_bytes()

    return query
