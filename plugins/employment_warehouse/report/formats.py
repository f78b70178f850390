"""How pages write numbers, amounts, shares and dates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from employment_warehouse.report.code_names import Label

Number = int | float | Decimal | None
NONE = "—"


def rounded(value: int | float | Decimal, digits: int = 0) -> Decimal:
    """Half away from zero, as workbooks and marts round."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return exact if exact else abs(exact)  # no -0


def in_full(value: Number) -> str:
    """A count in full, thousands separated."""
    return NONE if value is None else f"{rounded(value):,}"


def counted(number: Number, one: str, several: str) -> str:
    """A count with its English words: 1 county owes, 13 counties owe."""
    return f"{in_full(number)} {one if number == 1 else several}"


def in_wan(value: Number) -> str:
    """A count for a headline: in 万 from ten thousand."""
    if value is None:
        return NONE
    exact = Decimal(str(value))
    return f"{rounded(exact / 10_000, 1):,} 万" if abs(exact) >= 10_000 else in_full(exact)


def money(value: Number) -> str:
    """CNY with two decimals, thousands separated."""
    return NONE if value is None else f"{rounded(value, 2):,}"


def share(value: Number) -> str:
    """A share 0-1 as per cent with one decimal."""
    return NONE if value is None else f"{rounded(Decimal(str(value)) * 100, 1)}%"


def signed(value: Number) -> str:
    """A change, always with its sign."""
    return NONE if value is None else change(value, "count")


def day(value: date | datetime | None) -> str:
    """A date on a page: 5月20日."""
    return NONE if value is None else f"{value.month}月{value.day}日"


def day_en(value: date | datetime | None) -> str:
    """A date on an English page: 20 May."""
    return NONE if value is None else f"{value.day} {value:%B}"


def period(first: date, last: date) -> Label:
    """Of which time a figure is: of a day, or of a month to a day."""
    if first == last:
        return Label(f"截至{day(last)}", f"as of {day_en(last)}")
    return Label(f"{day(first)}–{last.day}日", f"{first.day}–{day_en(last)}")


def number(value: Number, unit: str) -> str:
    """A value of an indicator in its unit (`indicator.unit`): shares as per cent, amounts and rates with decimals."""
    if unit == "share":
        return share(value)
    if unit == "CNY":
        return money(value)
    return NONE if value is None else f"{rounded(value, 1):,}" if unit == "rate" else in_full(value)


def change(value: Number, unit: str) -> str:
    """A change of an indicator, always with its sign; of a share in percentage points."""
    if value is None:
        return NONE
    if unit == "share":
        value = Decimal(str(value)) * 100
    moved = rounded(value, {"share": 1, "CNY": 2, "rate": 1}.get(unit, 0))
    return f"{moved:+,}" if moved else "0"
