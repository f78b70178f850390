"""Months and the days on which things about them are reported."""

from datetime import date, timedelta


def first_of(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def after(month: date, count: int = 1) -> date:
    """The first day of the month `count` months later (earlier if negative)."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def later(day: date, count: int) -> date:
    """The day `count` months later, or the last day of that month if it is shorter."""
    month = after(first_of(day), count)
    return min(month + timedelta(days=day.day - 1), last_of(month))


def last_of(month: date) -> date:
    """The last day of the month."""
    return after(month) - timedelta(days=1)


def reported_on(month: date) -> date:
    """The report date of a month's payroll and payments: the 10th of the month that follows."""
    return after(month).replace(day=10)


def newest_reported(day: date) -> date:
    """The latest month whose payroll and payments are reported by the day."""
    return after(first_of(day), -1 if day.day >= 10 else -2)


def reported_between(first: date, last: date, before: int = 4) -> list[date]:
    """The months reported by `last`: the `before` latest ones that were by `first`, and all since."""
    newest = newest_reported(first)
    months = [after(newest, back) for back in range(1 - before, 1)]
    while reported_on(after(months[-1])) <= last:
        months.append(after(months[-1]))
    return months


def ends_before(day: date, count: int) -> list[date]:
    """The last days of the `count` months before the day's own, the earliest first."""
    return [last_of(after(first_of(day), back)) for back in range(-count, 0)]
