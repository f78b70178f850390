"""When nights and reports run, in Shanghai's time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from employment_warehouse.settings import TIMEZONE

# After the counties' reports (20:00), early in the morning, and once more before 08:00 for late reports.
NIGHT_TIMES = (time(21, 30), time(6, 0), time(7, 40))

# Of the reports that no night writes, after its last run: on Mondays, and on the 5th, when the month's last files have
# arrived.
REPORT_TIMES = {"weekly": "10 8 * * 1", "monthly": "20 8 5 * *"}


def report_date_of(start: datetime) -> date:
    """Of a scheduled night that begins at this moment: the day that ended, or ends within twelve hours."""
    return (start.astimezone(TIMEZONE) - timedelta(hours=12)).date()


def next_start(now: datetime, first: date) -> datetime:
    """When the next scheduled night begins, where the first one is that of a report date: runs for earlier dates end at
    once.
    """
    day = max(now.date(), first)
    starts = (datetime.combine(on, at, TIMEZONE) for on in (day, day + timedelta(days=1)) for at in NIGHT_TIMES)
    return min(start for start in starts if start > now and report_date_of(start) >= first)
