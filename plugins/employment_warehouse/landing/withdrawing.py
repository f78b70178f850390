"""Parts that stand no longer: a revision with nothing in it, for a report is the latest revision of each of its parts.

Nothing here commits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import date
from itertools import groupby
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
    """A whole file that comes again stands from then on, whatever a correction said of the one before it."""
    parts = [part for part, kind in _standing(connection, snapshot) if kind == "correction"]
    if parts:
        withdraw(connection, snapshot, parts)


def withdraw_gone(connection: psycopg.Connection, present: Iterable[tuple[Snapshot, str]]) -> None:
    """The parts that are there are together the snapshot: what has been taken away since stands no longer.

    present: the parts of each snapshot of which something is there. A part that comes back is offered anew.
    """
    for snapshot, there in groupby(sorted(present), key=lambda pair: pair[0]):
        parts = {part for _, part in there}
        gone = [part for part, kind in _standing(connection, snapshot) if kind == "file" and part not in parts]
        if gone:
            connection.execute(query("offer_again"), snapshot._asdict() | {"parts": gone})
            withdraw(connection, snapshot, gone)


def _standing(connection: psycopg.Connection, snapshot: Snapshot) -> list[tuple[str, str]]:
    """Part and kind of what stands of a snapshot."""
    return connection.execute(query("standing_parts"), snapshot._asdict()).fetchall()
