"""Workbooks: opened in a process of their own with limits, so that no file can take this one down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from employment_warehouse.contract import Contract
from employment_warehouse.reading.cell_marks import CellMarks, Use, use_of
from employment_warehouse.reading.content import Workbook
from employment_warehouse.reading.fitting_sheets import FittingSheet, fitting_sheets, joined_header
from employment_warehouse.reading.header import Header, extra_columns
from employment_warehouse.reading.octets import Positions
from employment_warehouse.reading.paper_lines import is_nil_return
from employment_warehouse.reading.rows import BLANK_LEAD_BYTES, only_rows, trimmed
from employment_warehouse.reading.table import BrokenRow, Refused, TextTable
from employment_warehouse.reading.workbook_process import WorkbookProcess

_BLANKS = (*b"\r\n", *BLANK_LEAD_BYTES.keys() - {0x1E, 0x1F})  # these two separate rows and cells here

_STRAY_COLUMN = "表外"  # the column of what stands beside a large table


def names_of_sheets(book: Workbook) -> list[str]:
    """The workbook's sheets, in their order. Raises Refused as read_workbook does of a workbook as a whole."""
    child = WorkbookProcess(book)
    try:
        return [sheet["name"] for sheet in child.receive()["sheets"]]
    finally:
        child.end()


def read_workbook(book: Workbook, contract: Contract | None, only_sheet: str | None = None) -> TextTable:
    """The table in a workbook: the sheets whose header fits, one below the other; or that of one sheet only.

    Raises ReaderKilled; Refused: password_protected, too_large_inflated, too_many_cells_declared, workbook_unreadable,
    workbook_timeout, header_not_found, required_column_missing.
    """
    child = WorkbookProcess(book)
    try:
        opening = child.receive()
        sheets, unread = fitting_sheets(opening["sheets"], contract, only_sheet)
    except BaseException:
        child.end()
        raise
    header, positions = joined_header(sheets)
    columns = sheets[0].header.columns
    for sheet, places in zip(sheets, positions, strict=True):
        columns = {name: places[at] for name, at in sheet.header.columns.items()} | columns
    marks = CellMarks(_uses(columns, contract), opening["since_1904"])
    table = TextTable(
        header=header,
        columns=columns,
        extra=extra_columns(header, columns) if contract else {},
        frames=iter(()),
        notes=[
            f"工作表“{name}”未读取：表头不同、已隐藏或仅供参考"
            f" | sheet {name!r} was not read: another header, hidden, or for reference only"
            for name in unread
        ],
    )
    table.frames = _rows(child, sheets, positions, marks, table)
    return table


def _uses(columns: Mapping[str, int], contract: Contract | None) -> dict[int, Use]:
    """What each column of the contract makes of cells that are not texts, by its position."""
    if contract is None:
        return {}
    return {at: use_of(contract.column(name), name in contract.money_columns) for name, at in columns.items()}


def _rows(
    child: WorkbookProcess,
    sheets: list[FittingSheet],
    positions: list[list[int]],
    all_marks: CellMarks,
    table: TextTable,
) -> Iterator[pl.DataFrame]:
    try:
        child.request([sheet.place for sheet in sheets])
        for sheet, places in zip(sheets, positions, strict=True):
            marks = all_marks.of_sheet(places)
            kept: list[Positions] = []
            while "sheet_end" not in (message := child.receive()):
                frame = only_rows(_cut(child.data(message["bytes"]), message["row"], sheet.header, marks), sheet.header)
                kept.append(frame["line"].to_numpy())
                strays: dict[int, str] = dict(message["strays"])
                if strays and not table.columns:
                    frame = _without_strays(frame, strays, sheet.label, table)
                width = len(table.header)
                frame = _with_strays(_in_order(frame, sheet.label, places, width), strays, table)
                if frame.height:
                    yield frame
            rows = np.concatenate([*kept, np.empty(0, np.int64)])
            _refuse_merged(message["merged"], sheet, rows)
            if not (rows.size or is_nil_return(sheet.header)):
                raise Refused("rows_not_repeated", where=f"工作表 sheet {sheet.label}")
    finally:
        child.end()


def _without_strays(frame: pl.DataFrame, strays: dict[int, str], sheet: str, table: TextTable) -> pl.DataFrame:
    """The rows with nothing beside the table's columns; the others are broken."""
    has_stray = frame["line"].is_in(list(strays))
    for line in frame["line"].filter(has_stray):
        table.broken.append(BrokenRow(sheet, line, "too_many_cells", strays.pop(line)))
    return frame.filter(~has_stray)


def _with_strays(frame: pl.DataFrame, strays: dict[int, str], table: TextTable) -> pl.DataFrame:
    """The rows of a contract's table with what stands beside its columns in one more column, which the table gets with
    the first of them.
    """
    lines = [line for line in strays if line in frame["line"]]
    if not lines:
        return frame
    if _STRAY_COLUMN not in table.extra:
        table.header.append(_STRAY_COLUMN)
        table.extra = {**table.extra, _STRAY_COLUMN: len(table.header) - 1}
    place = f"c{table.extra[_STRAY_COLUMN]}"
    texts = pl.DataFrame({"line": lines, place: [strays[line] for line in lines]}, schema_overrides={"line": pl.Int64})
    kept = frame.drop(place) if place in frame.columns else frame
    return kept.join(texts, on="line", how="left", maintain_order="left").with_columns(pl.col(place).fill_null(""))


def _refuse_merged(merged: list[tuple[int, int, int, int]], sheet: FittingSheet, rows: Positions) -> None:
    """Cells that are merged over several rows keep their value in the first alone; the others only look as if they had
    it. A block of half the table's width or more is a note below it.

    rows: the lines of the sheet, in their order, that are rows. Nothing is lost where none of them is below the first:
    under the cells of a header or sum that are two rows high.
    """
    for first, last, left, right in merged:
        is_narrow = 2 * (right - left + 1) < sheet.header.width
        begin, end = np.searchsorted(rows, (first, last), side="right")
        if sheet.header.index + 1 < first and begin < end and left <= sheet.header.width and is_narrow:
            raise Refused("merged_cells", "rows", where=f"工作表 sheet {sheet.label}", first=first, last=last)


def _cut(data: bytes, first_row: int, header: Header, marks: CellMarks) -> pl.DataFrame:
    """The rows below the header."""
    names = [f"c{at}" for at in range(header.width)]
    frame = pl.read_csv(
        data,
        has_header=False,
        schema=dict.fromkeys(names, pl.String),
        separator="\x1f",
        eol_char="\x1e",
        quote_char=None,
        empty_string_is_null=False,
    )
    frame = frame.insert_column(0, pl.Series("line", first_row + np.arange(frame.height)))
    frame = frame.filter(pl.col("line") > header.index + 1)
    frame = marks.resolved(frame, data)
    return trimmed(frame) if any(data.find(blank) >= 0 for blank in _BLANKS) else frame


def _in_order(frame: pl.DataFrame, sheet: str, places: list[int], width: int) -> pl.DataFrame:
    """`sheet`, `line`, and the columns where the joined header has them."""
    at = {place: f"c{position}" for position, place in enumerate(places)}
    texts = [(pl.col(at[place]) if place in at else pl.lit("")).alias(f"c{place}") for place in range(width)]
    return frame.select(pl.lit(sheet).alias("sheet"), "line", *texts)
