"""Months and the days on which things about them are reported."""

from datetime import date, timedelta


def first_of(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def after(month: date, count: int = 1) -> date:
    """The first day of the month `count` months later (earlier if negative)."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def last_of(month: date) -> date:
    """The last day of the month."""
    return after(month) - timedelta(days=1)


def reported_on(month: date) -> date:
    """The report date of a month's payroll and payments: the 10th of the month that follows."""
    return after(month).replace(day=10)


def reported_between(first: date, last: date, before: int = 4) -> list[date]:
    """The months reported by `last`: the `before` latest ones that were by `first`, and all since."""
    newest = after(first_of(first), -1 if first.day >= 10 else -2)
    months = [after(newest, back) for back in range(1 - before, 1)]
    while reported_on(after(months[-1])) <= last:
        months.append(after(months[-1]))
    return months
