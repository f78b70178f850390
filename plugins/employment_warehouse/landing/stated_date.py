"""A file that says of which date it is, in a column of its own, must say the date of its path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from employment_warehouse.contract import Column, Contract, normalise_header
from employment_warehouse.contract.column_types import TYPES
from employment_warehouse.reading import Refused, TextTable
from employment_warehouse.reading.header_names import name_of

# No contract has it: the path does.
REPORT_DATE = Column(
    "report_date", "报表日期", (), TYPES["date"], False, None, {}, None, None, None, None, "L1",
    "报表日期，与文件路径一致", "Report date; agrees with the file's path", "2024-05-01",
)  # fmt: skip
_NAMES = {normalise_header(REPORT_DATE.header), normalise_header(REPORT_DATE.name)}
# A month (2024年5月) or a word (本周) names no day.
_A_DAY = r"[0-9]{4}[^0-9]+[0-9]{1,2}[^0-9]+[0-9]{1,2}|^[0-9]{8}$|^[0-9]{5}(?:\.|$)"


def of_stated_date(table: TextTable, contract: Contract, report_date: date) -> TextTable:
    """The table; its frames raise Refused (`report_date_disagrees`) at a row that states another day."""
    stated = [at for text, at in table.extra.items() if normalise_header(name_of(text, contract)) in _NAMES]
    for at in stated:
        table.frames = _of_date(table.frames, f"c{at}", report_date)
    return table


def _of_date(frames: Iterator[pl.DataFrame], column: str, report_date: date) -> Iterator[pl.DataFrame]:
    for frame in frames:
        cells = frame[column].cast(pl.String)
        days = REPORT_DATE.parse(cells.set(~cells.str.contains(_A_DAY), None)).values
        if others := frame["line"].filter((days != report_date).fill_null(value=False)).to_list():
            raise Refused("report_date_disagrees", "line", line=others[0], expected=str(report_date))
        yield frame
