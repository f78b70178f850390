"""Cells that were no texts where only a text keeps what was typed (`id_not_text`): they go back as what they were.

What is left of them reads well as a text: sent back untouched, the day 2024-01-02 would be the number of a household.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from employment_warehouse.contract import Column

TEXT, FRACTION = "@", "# ?/?"  # in a format of fractions a number is no text, and looks as it does elsewhere
DURATION, DAY, INSTANT = "[h]:mm:ss", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
FORMATS = (TEXT, FRACTION, DURATION, DAY, INSTANT)

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]*[1-9])?")
_HOURS = re.compile(r"([0-9]+):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?")


def as_it_was(text: str, column: Column) -> tuple[bool | float | timedelta | datetime, str] | None:
    """The value of such a cell, and one of FORMATS to show it; None: it was a text (5.3E+17)."""
    if text in ("TRUE", "FALSE"):
        return text == "TRUE", TEXT
    if _NUMBER.fullmatch(text):
        return float(text), TEXT if column.type.loses_digits else FRACTION
    if found := _HOURS.fullmatch(text):
        hours, minutes, seconds = map(int, found.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds), DURATION
    try:
        return datetime.fromisoformat(text), DAY if len(text) == len("2024-01-02") else INSTANT
    except ValueError:
        return None
