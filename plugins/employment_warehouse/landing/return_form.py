"""The form of a return workbook, by which a corrected one is known: sheets, and columns that name a rejected row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from employment_warehouse.contract import Contract
from employment_warehouse.reading import Refused, TextTable, read_tables

# Of a sheet with rows that later rows have replaced: for reference only, as the sheet that explains the workbook.
REPEATED = "（重复）"
# Headers of the two columns by which a row identifies the rejected row.
FILE_HEADER, LINE_HEADER = "文件", "行号"
PLACE_HEADERS = {"file_header": FILE_HEADER, "line_header": LINE_HEADER}
# A file as vault.source_of names it (its sheet and revision in brackets), and a line of it.
PLACES = {
    FILE_HEADER: r"^(?:corrections/)?[0-9A-Za-z０-９Ａ-Ｚａ-ｚ＿_.\s-]{1,80}(?:（[^（）]{1,31}）){0,2}$",
    LINE_HEADER: r"^[0-9]{1,8}$",
}


def file_of_date(report_date: date, source: str) -> str:
    """A file as a return workbook names it: a county's files are called the same every day."""
    return f"{report_date}/{source}"


def read_correction(file: Path, contract: Contract, report_date: date) -> TextTable:
    """The sheet of a feed in a return workbook; its rows name files as vault.source_of does, without the date.

    Raises Refused, also while frames are read: `other_date`. A row that names no date is of an older workbook.
    """
    table = read_tables(file, contract, contract.title_zh)
    if FILE_HEADER in table.extra:
        table.frames = _of_date(table.frames, f"c{table.extra[FILE_HEADER]}", report_date)
    return table


def _of_date(frames: Iterator[pl.DataFrame], column: str, report_date: date) -> Iterator[pl.DataFrame]:
    for frame in frames:
        files = frame[column].cast(pl.String)
        dates = {*files.str.extract("^([0-9]{4}-[0-9]{2}-[0-9]{2})/").drop_nulls()}
        if others := sorted(dates - {str(report_date)}):
            raise Refused("other_date", "folders", folders="、".join(f"corrections/{other}" for other in others))
        yield frame.with_columns(files.str.strip_prefix(file_of_date(report_date, "")))
