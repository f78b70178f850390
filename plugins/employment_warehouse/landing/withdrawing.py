"""Parts that no longer count: each gets one more revision, without rows, because a submission is the latest revision of
each of its parts.

Nothing here commits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import NamedTuple

import psycopg

from employment_warehouse import settings
from employment_warehouse.landing.queries import query, query_of_rows
from employment_warehouse.landing.return_form import PLACE_HEADERS
from employment_warehouse.landing.submission_key import SubmissionKey

NOTHING = hashlib.sha256(b"").digest()


class CurrentPart(NamedTuple):
    """A part by its revision in force. kind: `refused` if none could be read. is_given_back: a rollback took
    its removal back. is_newest: what has come of it since was neither refused nor withdrawn by a rollback.
    """

    submission: SubmissionKey
    part: str
    kind: str
    path: str
    is_given_back: bool
    is_newest: bool

    @property
    def is_read(self) -> bool:
        """Whether it counts as its newest file says."""
        return self.kind in ("file", "nil") and self.is_newest

    @property
    def ends_with_its_file(self) -> bool:
        """Whether it is withdrawn when its file is removed."""
        return self.kind in ("file", "refused")


def withdraw(connection: psycopg.Connection, submission: SubmissionKey, parts: Collection[str]) -> None:
    """Withdraw parts; rejected rows that one of them had corrected are open again."""
    if not parts:
        return
    parameters = submission._asdict() | {
        "parts": list(parts),
        "sha256": NOTHING,
        "key_version": settings.secret_keys().version,
    }
    connection.execute(query("reopen_rejected"), parameters)
    connection.execute(query("withdraw"), parameters)


def mark_corrected(connection: psycopg.Connection, delivery_id: int, submission: SubmissionKey) -> None:
    """Mark the rejected rows of a submission that the landed rows of a correction name."""
    parameters = submission._asdict() | PLACE_HEADERS | {"delivery_id": delivery_id}
    connection.execute(query_of_rows("mark_corrected", submission.feed), parameters)


def current_parts(connection: psycopg.Connection, submissions: Collection[SubmissionKey]) -> list[CurrentPart]:
    """The parts in force of these submissions, and those that could not be read, ordered by submission and part."""
    feeds, units, dates = (list(values) for values in zip(*submissions, strict=True)) if submissions else ([], [], [])
    rows = connection.execute(query("current_parts"), {"feeds": feeds, "units": units, "dates": dates}).fetchall()
    return [CurrentPart(SubmissionKey(*row[:3]), *row[3:]) for row in rows]
