"""A cell of the workbook → the text that a reader sees."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

from .protocol import CELL, NOT_TEXT, ROW

EXACT = 1e15  # a worksheet keeps fifteen digits
NO_MARKS = str.maketrans({CELL: "\ufffd", ROW: "\ufffd"})


def line_of(row: list[Any]) -> str:
    try:
        line = CELL.join(row)  # as a rule all cells are text
    except TypeError:
        return CELL.join(map(text_of, row))
    return line if NOT_TEXT not in line else CELL.join(map(text_of, row))


def without_marks(value: Any) -> Any:
    return value.translate(NO_MARKS) if type(value) is str else value


def text_of(value: Any) -> str:
    """A cell as a human reads it."""
    if type(value) is str:
        return NOT_TEXT + value if value.startswith(NOT_TEXT) else value  # one mark is taken away again
    if type(value) is float:
        return NOT_TEXT + number(value)
    if type(value) is bool:
        return NOT_TEXT + ("TRUE" if value else "FALSE")
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{NOT_TEXT}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return NOT_TEXT + str(value)  # int, date, time, datetime: ISO


def number(value: float) -> str:
    if abs(value) >= EXACT:  # as a worksheet shows it: nobody shall take its digits for those that were typed
        digits, _, power = f"{value:.14E}".partition("E")
        return f"{digits.rstrip('0').rstrip('.')}E{power}"
    if value.is_integer():
        return str(int(value))
    text = f"{value:.15g}"  # what Excel keeps
    return format(decimal.Decimal(text), "f") if "e" in text else text
