"""Parts that no longer count: each gets one more revision, without rows, because a submission is the latest revision of
each of its parts.

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

# Headers of the two columns by which a row of a return workbook identifies the rejected row.
FILE_HEADER, LINE_HEADER = "文件", "行号"
PLACE_HEADERS = {"file_header": FILE_HEADER, "line_header": LINE_HEADER}
# A file as vault.source_of names it (its sheet and revision in brackets), and a line of it.
PLACES = {
    FILE_HEADER: r"^(?:corrections/)?[0-9A-Za-z０-９Ａ-Ｚａ-ｚ＿_.\s-]{1,80}(?:（[^（）]{1,31}）){0,2}$",
    LINE_HEADER: r"^[0-9]{1,8}$",
}
NOTHING = hashlib.sha256(b"").digest()


class HasSubmission(Protocol):
    """Anything that belongs to one submission."""

    @property
    def feed(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def report_date(self) -> date: ...


class Submission(NamedTuple):
    """All parts that a unit has sent for one feed and date."""

    feed: str
    unit: str
    report_date: date

    @classmethod
    def of(cls, member: HasSubmission) -> Self:
        return cls(member.feed, member.unit, member.report_date)


class CurrentPart(NamedTuple):
    """A part by its latest revision that could be read."""

    submission: Submission
    part: str
    kind: str
    path: str


def withdraw(connection: psycopg.Connection, submission: Submission, parts: Collection[str]) -> None:
    """Withdraw parts; rejected rows that one of them had corrected are open again."""
    if not parts:
        return
    given = submission._asdict() | {
        "parts": list(parts),
        "sha256": NOTHING,
        "key_version": settings.secret_keys().version,
    }
    connection.execute(query("reopen_rejected"), given)
    connection.execute(query("withdraw"), given)


def withdraw_corrections(connection: psycopg.Connection, submission: Submission, part: str) -> None:
    """Withdraw the corrections of a part that was sent again or removed.

    These are the corrections with a row that names a file of that part, or that names no file; and those whose rows
    are no longer in landing, so that it cannot be determined.
    """
    given = submission._asdict() | PLACE_HEADERS | {"part": part}
    corrections = connection.execute(query_of_rows("corrections_of_part", submission.feed), given).fetchall()
    withdraw(connection, submission, [correction for (correction,) in corrections])


def mark_corrected(connection: psycopg.Connection, delivery_id: int, submission: Submission) -> None:
    """Mark the rejected rows of a submission that the landed rows of a correction name."""
    given = submission._asdict() | PLACE_HEADERS | {"delivery_id": delivery_id}
    connection.execute(query_of_rows("mark_corrected", submission.feed), given)


def current_parts(connection: psycopg.Connection, submissions: Collection[Submission]) -> list[CurrentPart]:
    """The current parts of these submissions, ordered by submission and part."""
    feeds, units, dates = (list(values) for values in zip(*submissions, strict=True)) if submissions else ([], [], [])
    rows = connection.execute(query("current_parts"), {"feeds": feeds, "units": units, "dates": dates}).fetchall()
    return [CurrentPart(Submission(*row[:3]), *row[3:]) for row in rows]
