"""A cell of the workbook → the text that a reader sees."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

from .protocol import CELL, NUMBER, OTHER, ROW

EXACT = 1e15  # a worksheet keeps fifteen digits
NO_SEPARATORS = str.maketrans({CELL: "\ufffd", ROW: "\ufffd"})


def line_of(row: list[Any]) -> str:
    """The cells of a row, separated."""
    try:
        line = CELL.join(row)  # as a rule all cells are text
    except TypeError:
        return CELL.join(map(text_of, row))
    return line if NUMBER not in line and OTHER not in line else CELL.join(map(text_of, row))


def without_separators(value: Any) -> Any:
    """A text without the characters that separate cells and rows."""
    return value.translate(NO_SEPARATORS) if type(value) is str else value


def text_of(value: Any) -> str:
    """A cell as a human reads it, with its mark."""
    if type(value) is str:
        return NUMBER + value if value.startswith((NUMBER, OTHER)) else value  # one mark is removed again
    if type(value) is float:
        return NUMBER + number_text(value)
    if type(value) is bool:
        return OTHER + ("TRUE" if value else "FALSE")
    if isinstance(value, int):
        return NUMBER + str(value)
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{OTHER}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return OTHER + str(value)  # date, time, datetime: ISO


def plain_text_of(value: Any) -> str:
    """A cell as a human reads it, without a mark."""
    return text_of(value).removeprefix(NUMBER).removeprefix(OTHER)


def number_text(value: float) -> str:
    """A number with at most fifteen digits, never in a form that suggests more."""
    if abs(value) >= EXACT:  # as a worksheet shows it: nobody shall take its digits for those that were typed
        digits, _, power = f"{value:.14E}".partition("E")
        return f"{digits.rstrip('0').rstrip('.')}E{power}"
    if value.is_integer():
        return str(int(value))
    text = f"{value:.15g}"  # what Excel keeps
    return format(decimal.Decimal(text), "f") if "e" in text else text
