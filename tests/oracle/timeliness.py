"""Feed timeliness (marts.md 20): what the counties and the platform reported tonight.

Feeds of projects and of banks are not here: which of their reports are due no text fixes to the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from .figures import add_months, share
from .reading import COUNTIES
from .state import DAY, PREFECTURE
from .status import COUNTY_FEEDS, PERIOD, PLATFORM, WEEKLY
from .tonight import Arrival, Expected, Tonight

FEEDS = COUNTY_FEEDS + PLATFORM
WORST_FIRST = ("missing", "held", "late", "on_time")


class Reported(NamedTuple):
    """What a unit reported for tonight."""

    is_due: bool
    arrived: Arrival | None
    """The report, an accepted one before a held one."""
    latest_on: date | None
    corrections: int
    due_on: date | None = None
    """Of a month's report that came without being due tonight: when it was due."""

    @property
    def status(self) -> str:
        """Whether it was accepted, and in time; what worlds send arrives on its own day, before it is due."""
        if self.arrived is None:
            return "missing"
        if self.arrived.is_held:
            return "held"
        return "late" if self.due_on and self.due_on < self.arrived.report_date else "on_time"


def feed_timeliness(t: Tonight) -> Iterator[Expected]:
    """One row per feed and county with a report that is due or arrived; for the prefecture over all its units."""
    for feed in COUNTY_FEEDS:
        found = {county: reports for county in COUNTIES if (reports := reported(t, feed, county)) is not None}
        for county, reports in found.items():
            yield _row(t, feed, county, [reports])
        if found:
            yield _row(t, feed, PREFECTURE, list(found.values()))
    for feed in PLATFORM:
        yield _row(t, feed, PREFECTURE, [_read(t, feed)])


def _row(t: Tonight, feed: str, county: str, units: Sequence[Reported]) -> Expected:
    arrived = [unit.arrived for unit in units if unit.arrived]
    due = [unit for unit in units if unit.is_due]
    latest = [unit.latest_on for unit in units if unit.latest_on]
    oldest = min(latest) if len(latest) == len(units) else None
    landed, rejected = sum(a.rows for a in arrived), sum(a.rejected for a in arrived)
    return {
        "feed": feed,
        "county_code": county,
        "status": min((unit.status for unit in units), key=WORST_FIRST.index),
        "latest_on": oldest,
        "days_stale": (t.today - oldest).days if oldest else None,
        "rows_read": landed + rejected,
        "rows_landed": landed,
        "rows_rejected": rejected,
        "rejected_share": share(rejected, landed + rejected),
        "units_due": len(due),
        "units_reported": sum(unit.status == "on_time" for unit in due),
        "completeness": share(sum(unit.status == "on_time" for unit in due), len(due)),
        "corrections_7d": sum(unit.corrections for unit in units),
    }


def reported(t: Tonight, feed: str, county: str) -> Reported | None:
    ever = [a for arrived in t.arrivals for a in arrived if (a.feed, a.unit) == (feed, county)]
    if t.status.is_due_today(feed):
        return Reported(True, _first(_answers(t, feed, ever)), *_history(t, feed, county))
    tonight = [a.report_date for a in t.arrivals[-1] if (a.feed, a.unit) == (feed, county)]
    if not tonight:
        return None
    report = _first([a for a in ever if a.report_date == max(tonight)])
    due_on = [on for a in t.arrivals[-1] if (a.feed, a.unit) == (feed, county) for on in _due_dates(t, a)]
    return Reported(False, report, *_history(t, feed, county), max(due_on, default=None))


def _answers(t: Tonight, feed: str, ever: list[Arrival]) -> list[Arrival]:
    """The reports that answer what is due today: of a month those that still speak of it, whatever their date."""
    if feed not in PERIOD:
        since = t.today - 6 * DAY if feed in WEEKLY else t.today
        return [a for a in ever if since <= a.report_date <= t.today]
    month = add_months(t.today.replace(day=1), -1)
    in_force = {a.report_date: a for a in sorted(ever, key=lambda a: (not a.is_held, a.revision))}
    return [a for a in in_force.values() if month in a.months]


def _due_dates(t: Tonight, arrival: Arrival) -> list[date]:
    """The days on which the months of a report were due, from the first night on."""
    days = [add_months(month, 1).replace(day=10) for month in arrival.months]
    return [day for day in days if t.nights[0] <= day <= t.today]


def _first(reports: list[Arrival]) -> Arrival | None:
    """Of the earliest date the latest revision, if any is accepted an accepted one."""
    return min(reports, key=lambda a: (a.is_held, a.report_date, -a.revision)) if reports else None


def _history(t: Tonight, feed: str, unit: str) -> tuple[date | None, int]:
    """The latest report accepted, and the corrections of the last seven days, held ones too."""
    ever = [
        (night, a)
        for night, arrived in zip(t.nights, t.arrivals, strict=True)
        for a in arrived
        if (a.feed, a.unit) == (feed, unit)
    ]
    accepted = [a.report_date for _, a in ever if not a.is_held]
    week = t.today - timedelta(days=7)
    return max(accepted, default=None), sum(a.revision > 1 and night > week for night, a in ever)


def _read(t: Tonight, feed: str) -> Reported:
    tonight = next((a for a in t.arrivals[-1] if (a.feed, a.unit) == (feed, "hr_platform")), None)
    return Reported(True, tonight, *_history(t, feed, "hr_platform"))
