"""How workbooks look and what their cells may hold: templates, reports, return workbooks, exports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Of every workbook: no text becomes a formula, a link or a number.
PLAIN_CELLS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
QUOTED = {"quote_prefix": True}  # a text that begins with = + - @ stays one when it is edited
CELL_CHARACTERS = 32_767  # that a cell of a workbook can have
A4 = 9


def width_of(text: str) -> int:
    """The width of a text in a cell, counted in digits: a Chinese character is as wide as two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def choice_rule(title: str, choices: Iterable[str]) -> dict[str, Any]:
    """Data validation for a cell that takes one of these texts, offered as a list. title: of the message that is shown
    to whoever types another text.
    """
    return {"validate": "list", "source": list(choices), "error_title": title, "error_message": "请从列表中选择"}
