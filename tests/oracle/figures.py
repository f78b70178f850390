"""Means, medians, shares and days, rounded once and half away from zero (C9)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from .reading import last_day

Number = int | Decimal | Fraction


def rounded(value: Number | None, digits: int) -> Decimal | None:
    """A number with this many decimal places."""
    if value is None:
        return None
    exact = Fraction(value)
    scaled = Decimal(math.floor(abs(exact) * 10**digits + Fraction(1, 2))).scaleb(-digits)
    return (scaled if exact >= 0 else -scaled).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def share(part: Number | None, whole: Number | None, digits: int = 4) -> Decimal | None:
    """Part ÷ whole; of nothing: None."""
    return rounded(Fraction(part) / Fraction(whole), digits) if part is not None and whole else None


def mean(values: Sequence[Number], digits: int = 2) -> Decimal | None:
    """The mean of some values."""
    return rounded(sum(map(Fraction, values), Fraction(0)) / len(values), digits) if values else None


def disc(values: Sequence[Any], at: Fraction) -> Any:
    """The first value that at least such a share of all does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(at * len(ordered)) - 1)] if ordered else None


def median(values: Iterable[Number], digits: int = 1) -> Decimal | None:
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(map(Fraction, values))
    if not ordered:
        return None
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return rounded((low + high) / 2, digits)


def total(values: Iterable[Any]) -> Decimal:
    """The sum of amounts; a missing one is 0."""
    return sum((Decimal(value or 0) for value in values), Decimal(0))


def add_months(day: date, months: int) -> date:
    """The same day this many months later, or the last day of that month."""
    number = day.year * 12 + day.month - 1 + months
    first = date(number // 12, number % 12 + 1, 1)
    return min(first.replace(day=min(day.day, last_day(first).day)), last_day(first))


def month_end_before(day: date, months: int) -> date:
    """The last day of the month this many months before."""
    return last_day(add_months(day.replace(day=1), -months))
