"""SQL of this room, one statement a file."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def query(name: str) -> bytes:
    """The statement of `<name>.sql`."""
    return Path(__file__).with_name(f"{name}.sql").read_bytes()
