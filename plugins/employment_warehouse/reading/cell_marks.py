"""Cells of a workbook that are not texts, and what the columns of a contract make of them.

The workbook's process marks them: \\x01 before a number, \\x02 before a date, a time, a boolean or an unknown error,
\\x03 between a number and how the sheet shows it, if its format adds to it (GW1001 for 1001), or, after \x02, the
texts that its format adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from employment_warehouse.contract import NUMERIC_CELL, Column
from employment_warehouse.contract.column_types.base import TextType

_OTHER, _SHOWN = "\x02", "\x03"

Use = Literal["text", "digits", "day", "money", "daily_money", "number", "value"]
"""text: as the sheet shows it; a date is not a text. digits: only a text keeps them all. day: a number may count from
1904. number: not a percentage. money: not one either, and a unit in its format counts, as does a time other than a
month (daily: than a day). value: as it is.
"""

_DAYS_BETWEEN_EPOCHS = 1462  # from 1900 as worksheets count to 1904
_DAY_NUMBER = rf"^{NUMERIC_CELL}([0-9]{{4,5}})(?:\.[0-9]+)?(?:{_SHOWN}|$)"
_OTHER_UNIT = r"[十百千万亿分角厘美港欧日英韩盾铢$€£₫₩฿kKwW]|[A-Z]{3}"
_OTHER_MONEY = {
    "money": rf"{_OTHER_UNIT}|[/每·](?:工?[天日]|年|小?时)",
    "daily_money": rf"{_OTHER_UNIT}|[/每·](?:月|年|小?时)",
}


def use_of(column: Column, is_money: bool) -> Use:
    """How a column takes cells that are not texts."""
    if column.type.loses_digits:
        return "digits"
    if isinstance(column.type, TextType):
        return "text"
    if column.type.is_day:
        return "day"
    if is_money:
        return "daily_money" if "日" in column.header else "money"
    return "number" if column.type.is_number else "value"


@dataclass(frozen=True)
class CellMarks:
    """Replaces the marks of the cells of some columns. uses: by position; other columns take values as they are."""

    uses: Mapping[int, Use]
    since_1904: bool

    def of_sheet(self, places: list[int]) -> CellMarks:
        """The marks of one sheet: `places` lists, for each of its columns, the position of that column in `uses`."""
        return CellMarks(
            {at: self.uses[place] for at, place in enumerate(places) if place in self.uses}, self.since_1904
        )

    def resolved(self, frame: pl.DataFrame, data: bytes) -> pl.DataFrame:
        """The cells c0, c1, … without marks, or with NUMERIC_CELL where a cell had to be a text. data: the same cells,
        as bytes.
        """
        if NUMERIC_CELL.encode() not in data and _OTHER.encode() not in data:
            return frame
        names = [name for name in frame.columns if name.startswith("c")]
        return frame.with_columns(
            self._cells(pl.col(name), self.uses.get(at, "value")) for at, name in enumerate(names)
        )

    def _cells(self, cells: pl.Expr, use: Use) -> pl.Expr:
        after = cells.str.replace(rf"(?s)^[{NUMERIC_CELL}{_OTHER}][^{_SHOWN}]*{_SHOWN}", "")
        bare = cells.str.replace(rf"(?s)^([{NUMERIC_CELL}{_OTHER}][^{_SHOWN}]*){_SHOWN}.*$", "$1")
        shown = pl.when(cells.str.starts_with(_OTHER)).then(bare).otherwise(after)
        if use == "digits":
            return bare.str.replace(f"^{_OTHER}", NUMERIC_CELL)
        if use == "text":
            return shown.str.strip_prefix(NUMERIC_CELL).str.replace(f"^{_OTHER}", NUMERIC_CELL)
        value = bare.str.strip_prefix(NUMERIC_CELL).str.strip_prefix(_OTHER)
        if use == "day" and self.since_1904:
            day = cells.str.extract(_DAY_NUMBER).cast(pl.Int64) + _DAYS_BETWEEN_EPOCHS
            return pl.when(day.is_not_null()).then(day.cast(pl.String)).otherwise(value)
        if use in ("money", "daily_money", "number"):
            # Who types 22 into a cell of percentages gets 0.22, shown as 22%.
            value = pl.when(cells.str.contains(f"{_SHOWN}.*%$")).then(after).otherwise(value)
        if other := _OTHER_MONEY.get(use):
            is_shown = cells.str.contains(_SHOWN, literal=True) & after.str.contains(other)
            literals = after.str.replace_all(r"[0-9,.()\s+¥￥-]", "")  # a format may show fewer digits than there are
            return pl.when(is_shown).then(value + literals).otherwise(value)
        return value
