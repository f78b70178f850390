"""When a feed is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from employment_warehouse.contract.model import Contract
from employment_warehouse.errors import UserError
from employment_warehouse.settings import TIMEZONE


def due(contract: Contract, report_date: date, campaign: str | None) -> datetime | None:
    """When the delivery dated `report_date` is due, or None if the calendar expects none of that date.

    campaign: how often the registers are due, a setting (daily, working_days, weekly, monthly); None while no
    campaign runs, and the registers are not due.
    For `after_batch` the report date is the day on which the batch was sent.
    Raises UserError for a year whose holidays are not known yet.
    """
    calendar = contract.calendar
    if calendar is None:
        return None
    match campaign if calendar.frequency == "campaign" else calendar.frequency:
        case None:
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
                expected="daily, working_days, weekly, monthly",
                todo="correct the campaign's setting",
            )
    return datetime.combine(due_on, calendar.due_time, TIMEZONE) if expected else None


def is_working_day(day: date) -> bool:
    """Whether people work on that day in China: holidays and the weekends worked for them are known by year."""
    import chinese_calendar  # noqa: PLC0415 - its tables take a while, and most calendars need none

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        raise UserError(
            f"{day.year} 年的节假日安排尚未收录 | the holidays of {day.year} are not known",
            code="holidays_unknown",
            expected="a release of the package chinesecalendar that has that year",
            todo="raise the pinned version of chinesecalendar once the State Council has published the year",
        ) from error


def _working_days_after(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
