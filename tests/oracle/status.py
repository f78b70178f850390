"""Whether a figure rests on all that was due (C8), and how much of it arrived (coverage)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from .figures import add_months, share
from .pay import Pay
from .reading import COUNTIES, Delivery, last_day
from .state import DAY, PREFECTURE, World

DAILY = (
    "labor_register",
    "employment",
    "public_post",
    "workshop",
    "resettlement_site",
    "youth_support",
    "labor_cooperation",
    "labor_dispute",
)
WEEKLY = ("employment_service", "job_event")
PERIOD = ("public_post_payment",)
COUNTY_FEEDS = DAILY + WEEKLY + PERIOD
PLATFORM = ("gig_orders", "applications", "job_postings")
PLATFORM_UNIT = "hr_platform"
HEADLINE_FEEDS = ("labor_register", "employment", "public_post", "gig_orders")


class Period(NamedTuple):
    """A month or a week of a county's rows: its first and last day, and the last of them that has come."""

    first: date
    last: date
    until: date


class Status:
    """A normal, E carried forward, P provisional."""

    def __init__(self, world: World, nights: Sequence[date], pay: Pay) -> None:
        self.world, self.nights, self.pay, self.today = world, nights, pay, world.today
        self.read = nights if world.platform_read is None else world.platform_read

    def months(self, county: str) -> Iterator[Period]:
        """Every month from the county's first register to today."""
        first = self.world.began[county].replace(day=1)
        while first <= self.today:
            yield Period(first, last_day(first), min(last_day(first), self.today))
            first = last_day(first) + DAY

    def weeks(self, county: str) -> Iterator[Period]:
        """Every week from the county's first register to today."""
        first = self.world.began[county] - DAY * self.world.began[county].weekday()
        while first <= self.today:
            yield Period(first, first + 6 * DAY, min(first + 6 * DAY, self.today))
            first += 7 * DAY

    def reporting(self, county: str, period: Period) -> int | None:
        """On the prefecture's rows: how many counties had a register by then."""
        if county != PREFECTURE:
            return None
        return sum(on <= period.until for c, on in self.world.began.items() if c != PREFECTURE)

    @cache
    def of_period(self, county: str, period: Period, feeds: Sequence[str]) -> str:
        """The status of a row of a month or a week."""
        at = self._counties(county, period.until)
        if any(self._is_carried(c, period, feed) for c in at for feed in feeds):
            return "E"
        silent = any(not self._is_covered(feed, c, period.first) for c in at for feed in feeds if feed in PERIOD)
        return "P" if silent or period.until < period.last else "A"

    def of_state(self, county: str, feeds: Sequence[str]) -> str:
        """The status of a row about today: period feeds do not count."""
        now = Period(self.today, self.today, self.today)
        return self.of_period(county, now, tuple(feed for feed in feeds if feed not in PERIOD))

    def of_day(self, county: str, day: date) -> str:
        """The status of a day of the headline series."""
        return self.of_period(county, Period(day, day, day), HEADLINE_FEEDS)

    def _counties(self, county: str, day: date) -> list[str]:
        counties = COUNTIES if county == PREFECTURE else (county,)
        return [c for c in counties if c in self.world.began and self.world.began[c] <= day]

    def _is_carried(self, county: str, period: Period, feed: str) -> bool:
        if feed in PERIOD:
            due = (period.last + DAY).replace(day=10)
            return due < self.today and not self._is_covered(feed, county, period.first)
        due_on = self.latest_due(feed, self.world.began[county], period.until)
        return due_on is not None and not self.is_accepted(feed, county, due_on)

    def latest_due(self, feed: str, since: date, until: date) -> date | None:
        """The latest report date of a feed's calendar; the platform is due from the first night on."""
        if feed in WEEKLY:
            sunday = until - timedelta(days=(until.weekday() + 1) % 7)
            return sunday if sunday >= since else None
        if feed in PLATFORM:
            return until if self.read and until >= min(self.read) else None
        return until if feed in DAILY else None

    def is_accepted(self, feed: str, county: str, on: date) -> bool:
        """Whether the delivery of a date is accepted; the platform's, whether a night read it."""
        if feed in PLATFORM:
            return on in self.read
        return any(s.report_date == on for s in self.world.snapshots(feed)[county])

    def _is_covered(self, feed: str, county: str, period: date) -> bool:
        return (county, period) in self.pay.in_force(feed)

    def carried_units(self, county: str, feeds: Sequence[str], days: Sequence[date]) -> list[str]:
        """Whose reports of some days are carried forward: counties, or the platform."""
        return sorted(
            {
                PLATFORM_UNIT if feed in PLATFORM else c
                for day in days
                for c in self._counties(county, day)
                for feed in feeds
                if self._is_carried(c, Period(day, day, day), feed)
            }
        )

    def coverage(self, county: str, feeds: Sequence[str]) -> Decimal | None:
        """Accepted deliveries ÷ deliveries due today, over the feeds of the county's own, and the platform's."""
        return share(*self.arrived_of_due(county, feeds))

    def arrived_of_due(self, county: str, feeds: Sequence[str]) -> tuple[int, int]:
        """How many deliveries that are due today are accepted, and how many are due."""
        counties = COUNTIES if county == PREFECTURE else (county,)
        due = [feed for feed in feeds if self.is_due_today(feed)]
        has_arrived = [self.delivered_today(feed, c) is not None for feed in due for c in counties]
        if county == PREFECTURE and self.world.has_platform:
            has_arrived += [self.today in self.read for feed in feeds if feed in PLATFORM]
        return sum(has_arrived), len(has_arrived)

    def is_due_today(self, feed: str) -> bool:
        """Whether a county feed's calendar has today."""
        if feed in PERIOD:
            return self.today.day == 10
        return feed in DAILY or (feed in WEEKLY and self.today.isoweekday() == 7)

    def delivered_today(self, feed: str, county: str) -> Delivery | None:
        """The accepted report that was due today: of the day, or of a period feed the first with the month before."""
        reports = self.world.snapshots(feed)[county]
        if feed in PERIOD:
            month = add_months(self.today.replace(day=1), -1)
            return next((s for s in reports if any(row["period"] == month for row in s.rows)), None)
        return next((s for s in reports if s.report_date == self.today), None)
