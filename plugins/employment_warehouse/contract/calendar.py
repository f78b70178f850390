"""When a feed is due, by the working days of the seed `holiday`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from employment_warehouse import seed_files
from employment_warehouse.contract.model import CAMPAIGN_FREQUENCIES, Contract
from employment_warehouse.errors import UserError
from employment_warehouse.settings import TIMEZONE, current_home, read_when_changed, seed_file

SATURDAY = 6
MOST_DAYS_BETWEEN = 31  # a feed is due at least once a month


def due(contract: Contract, report_date: date, campaign: str | None) -> datetime | None:
    """When the delivery dated `report_date` is due, or None if the calendar expects none of that date.

    campaign: how often the registers are due, a setting (CAMPAIGN_FREQUENCIES); `none` or None while no campaign
    runs, and the registers are not due.
    For `after_batch` the report date is the day on which the batch was sent.
    """
    calendar = contract.calendar
    if calendar is None:
        return None
    match campaign if calendar.frequency == "campaign" else calendar.frequency:
        case None | "none":
            return None
        case "daily":
            expected, due_on = True, report_date
        case "working_days":
            expected, due_on = is_working_day(report_date), report_date
        case "weekly":
            expected, due_on = report_date.isoweekday() == calendar.weekday, report_date
        case "monthly":
            expected, due_on = report_date.day == calendar.day, report_date
        case "after_batch":
            expected, due_on = True, _working_days_after(report_date, calendar.working_days)
        case other:
            raise UserError(
                f"报送频率有误 | unknown frequency: {other}",
                code="unknown_frequency",
                expected=", ".join((*CAMPAIGN_FREQUENCIES, "none")),
                todo="correct the campaign's setting",
            )
    return datetime.combine(due_on, calendar.due_time, TIMEZONE) if expected else None


def next_due(contract: Contract, after: datetime, campaign: str | None) -> datetime | None:
    """When a delivery is due next after a moment; None if the calendar expects none."""
    days = (after.astimezone(TIMEZONE).date() + timedelta(days=offset) for offset in range(MOST_DAYS_BETWEEN + 1))
    return next((moment for day in days if (moment := due(contract, day, campaign)) and moment > after), None)


def is_working_day(day: date) -> bool:
    """Whether people work on that day in China. A year without holidays in the seed has plain weeks, as in dim_date.

    Raises SeedError.
    """
    return _holidays().get(day, day.isoweekday() < SATURDAY)


def year_without_holidays(day: date, days_ahead: int) -> int | None:
    """The year of that day, or of the day `days_ahead` days later, if the seed has no holidays of it; None if it has.

    Raises SeedError.
    """
    years = {holiday.year for holiday in _holidays()}
    needed = (day.year, (day + timedelta(days=days_ahead)).year)
    return next((year for year in needed if year not in years), None)


def _working_days_after(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def decided_holidays_file() -> Path:
    """The days that operators decided on the record, as the last night found them in the database."""
    return current_home().shared / "seeds" / "decided" / "holiday.csv"


def _holidays() -> Mapping[date, bool]:
    """Whether people work on each day that differs from a plain week, by the seed; and what operators decided
    instead."""
    files = (seed_file("holiday"), decided_holidays_file())
    return {day: works for file in files if file.is_file() for day, works in _read(file).items()}


@read_when_changed
def _read(path: Path) -> Mapping[date, bool]:
    rows = seed_files.read(path).values()
    return {date.fromisoformat(str(row["on_date"])): row["is_working_day"] == "true" for row in rows}
