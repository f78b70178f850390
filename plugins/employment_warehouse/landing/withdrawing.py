"""Parts that stand no longer: a revision with nothing in it, for a report is the latest revision of each of its parts.

Nothing here commits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date
from typing import NamedTuple, Protocol, Self

import psycopg

from employment_warehouse import settings
from employment_warehouse.landing.queries import query, query_of_rows

# Headers of the columns by which a row of a return workbook says which rejected row it was.
FILE_HEADER, LINE_HEADER = "文件", "行号"
NAMED = {"file_header": FILE_HEADER, "line_header": LINE_HEADER}
NOTHING = hashlib.sha256(b"").digest()


class OfSnapshot(Protocol):
    """What belongs to one."""

    @property
    def feed(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def report_date(self) -> date: ...


class Snapshot(NamedTuple):
    """The parts that a unit has sent for a date are together one."""

    feed: str
    unit: str
    report_date: date

    @classmethod
    def of(cls, one: OfSnapshot) -> Self:
        return cls(one.feed, one.unit, one.report_date)


class StandingPart(NamedTuple):
    """A part as its latest revision that could be read has it."""

    snapshot: Snapshot
    part: str
    kind: str
    path: str


def withdraw(connection: psycopg.Connection, snapshot: Snapshot, parts: Collection[str]) -> None:
    """Nothing of these parts stands from now on; rows that one of them had mended are to be mended again."""
    if not parts:
        return
    given = snapshot._asdict() | {
        "parts": list(parts),
        "sha256": NOTHING,
        "key_version": settings.secret_keys().version,
    }
    connection.execute(query("reopen_rejected"), given)
    connection.execute(query("withdraw"), given)


def withdraw_corrections(connection: psycopg.Connection, snapshot: Snapshot, part: str) -> None:
    """A part that comes again, or is gone, stands no longer as corrections have mended it.

    Those are meant of which a row says that it stood in a file of that part, or does not say in which; and those whose
    rows are no longer there to be asked.
    """
    given = snapshot._asdict() | NAMED | {"part": part}
    corrections = connection.execute(query_of_rows("corrections_of_part", snapshot.feed), given).fetchall()
    withdraw(connection, snapshot, [correction for (correction,) in corrections])


def standing_parts(connection: psycopg.Connection, snapshots: Collection[Snapshot]) -> list[StandingPart]:
    """What stands of these snapshots, in their order."""
    feeds, units, dates = (list(values) for values in zip(*snapshots, strict=True)) if snapshots else ([], [], [])
    rows = connection.execute(query("standing_parts"), {"feeds": feeds, "units": units, "dates": dates}).fetchall()
    return [StandingPart(Snapshot(*row[:3]), *row[3:]) for row in rows]
