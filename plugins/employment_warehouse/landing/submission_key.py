"""What names a submission."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, Protocol, Self


class HasSubmission(Protocol):
    """Anything that belongs to one submission."""

    @property
    def feed(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def report_date(self) -> date: ...


class SubmissionKey(NamedTuple):
    """What names a submission: all parts that a unit has sent for one feed and date."""

    feed: str
    unit: str
    report_date: date

    @classmethod
    def of(cls, member: HasSubmission) -> Self:
        return cls(member.feed, member.unit, member.report_date)
