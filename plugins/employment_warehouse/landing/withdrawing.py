"""Parts that stand no longer: a revision with nothing in it, for a report is the latest revision of each of its parts.

Nothing here commits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import psycopg

from employment_warehouse import settings
from employment_warehouse.landing.queries import query

NOTHING = hashlib.sha256(b"").digest()


class Snapshot(NamedTuple):
    """The parts that a unit has sent for a date are together one."""

    feed: str
    unit: str
    report_date: date


def withdraw(connection: psycopg.Connection, snapshot: Snapshot, parts: Collection[str]) -> None:
    """Nothing of these parts stands from now on; rows that one of them had mended are to be mended again."""
    given = snapshot._asdict() | {
        "parts": list(parts),
        "sha256": NOTHING,
        "key_version": settings.secret_keys().version,
    }
    connection.execute(query("mended_no_longer"), given)
    connection.execute(query("withdraw"), given)


def withdraw_corrections(connection: psycopg.Connection, snapshot: Snapshot) -> None:
    """A file that comes again stands from then on, whatever a correction said of the one before it."""
    parts = [part for part, kind, _ in standing_parts(connection, snapshot) if kind == "correction"]
    if parts:
        withdraw(connection, snapshot, parts)


def standing_parts(connection: psycopg.Connection, snapshot: Snapshot) -> list[tuple[str, str, str]]:
    """Part, kind and path of what stands of a snapshot."""
    return connection.execute(query("standing_parts"), snapshot._asdict()).fetchall()
