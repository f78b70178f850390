"""Parts that stand no longer: a revision with nothing in it, for a report is the latest revision of each of its parts.

Nothing here commits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import psycopg
from psycopg import sql

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


def withdraw_corrections(connection: psycopg.Connection, snapshot: Snapshot, part: str, file_header: str) -> None:
    """A part that comes again, or is gone, stands no longer as corrections have mended it.

    Those are meant of which a row says that it stood in a file of that part, or does not say in which; and those whose
    rows are no longer there to be asked. file_header: of the column that says it.
    """
    statement = sql.SQL(query("corrections_of_part").decode()).format(landing=sql.Identifier("landing", snapshot.feed))
    given = snapshot._asdict() | {"part": part, "file_header": file_header}
    parts = [correction for (correction,) in connection.execute(statement, given).fetchall()]
    if parts:
        withdraw(connection, snapshot, parts)


def standing_parts(connection: psycopg.Connection, snapshot: Snapshot) -> list[tuple[str, str, str]]:
    """Part, kind and path of what stands of a snapshot."""
    return connection.execute(query("standing_parts"), snapshot._asdict()).fetchall()
