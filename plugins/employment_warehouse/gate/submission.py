"""The submissions that gate 1 checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg.rows import class_row

from employment_warehouse.gate.queries import query

Values = Mapping[str, float | None]


@dataclass(frozen=True)
class Submission:
    """All that a unit has sent for one feed and report date: the latest revision of each part.

    offered: the deliveries that gate 1 accepts or holds together. ids: the deliveries whose rows count.
    has_purged_rows: whether some of those rows are not in landing. parts_refused: how many parts could not be read, so
    that it lacks what is in them.
    previous: the measures of the unit's last accepted submission; previous_ids: its deliveries, while their rows
    are still in landing.
    """

    feed: str
    unit: str
    report_date: date
    offered: list[int]
    ids: list[int]
    rows_read: int
    rows_landed: int
    rows_rejected: int
    has_purged_rows: bool
    parts_refused: int
    previous: Values | None
    previous_ids: list[int]

    @property
    def newly_offered(self) -> list[int]:
        """The deliveries whose rows count and that no night has accepted yet."""
        return [number for number in self.offered if number in self.ids]


def offered_submissions(connection: psycopg.Connection, build: int) -> list[Submission]:
    """The submissions with at least one delivery that `ops.start_build` offered to this build, by feed."""
    return submissions(connection, connection.execute(query("offered_deliveries"), {"build": build}).fetchall())


def next_submission(connection: psycopg.Connection, feed: str, unit: str, report_date: date) -> list[Submission]:
    """The submission of a unit as the next build would be offered it; none if nothing new has landed."""
    parameters = {"feed": feed, "unit": unit, "report_date": report_date}
    return submissions(connection, connection.execute(query("unaccepted_parts"), parameters).fetchall())


def submissions(connection: psycopg.Connection, offered: Sequence[tuple[int]]) -> list[Submission]:
    """The submissions that these deliveries change, by feed."""
    with connection.cursor(row_factory=class_row(Submission)) as cursor:
        numbers = [number for (number,) in offered]
        return cursor.execute(query("submissions"), {"offered": numbers}).fetchall()
