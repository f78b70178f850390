"""How a county writes its files: extension, encoding, dialect, title and totals, dates and amounts.

A table is given by contract column names and typed values (codes in English, decimals as integers of hundredths);
the file contains text as a clerk would write it.
"""

import gzip
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl
import xlsxwriter

from employment_warehouse.contract import Column, Contract

WORKBOOK_ROWS = 60_000
"""Above this size a county sends CSV, because a workbook would be too slow."""


@dataclass(frozen=True)
class FileStyle:
    """How one sender's files are written."""

    ending: str = "csv"
    title: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"
    has_title: bool = False
    has_totals: bool = False
    uses_aliases: bool = False
    header_repeats_after: int | None = None
    dates: str = "%Y-%m-%d"
    booleans: tuple[str, str] = ("是", "否")
    amounts: str = "plain"
    """`plain` 3200 · `fixed` 3200.00 · `yuan` 3,200.00元"""
    columns_reversed: bool = False
    extra_column: str | None = None


STYLES: Mapping[str, FileStyle] = {
    "532501": FileStyle(encoding="utf-8-sig", newline="\r\n"),
    "532502": FileStyle(encoding="gb18030", dates="%Y/%-m/%-d", newline="\r\n"),
    "532503": FileStyle(),
    "532504": FileStyle(ending="csv.gz"),
    "532523": FileStyle(delimiter=";", booleans=("√", "×")),
    "532524": FileStyle(has_title=True, has_totals=True, amounts="fixed"),
    "532525": FileStyle(encoding="gb18030", has_title=True, uses_aliases=True, dates="%Y%m%d"),
    "532527": FileStyle(delimiter="\t", booleans=("Y", "N"), header_repeats_after=3),
    "532528": FileStyle(encoding="utf-8-sig", amounts="yuan", dates="%Y年%-m月%-d日"),
    "532529": FileStyle(columns_reversed=True, extra_column="备注", booleans=("1", "0")),
    "532530": FileStyle(encoding="utf-16", dates="%Y.%-m.%-d"),
    "532531": FileStyle(delimiter="|", newline="\r\n"),
    "532532": FileStyle(ending="xlsx", has_title=True, uses_aliases=True, has_totals=True),
}
SITE_STYLES = (
    FileStyle(),
    FileStyle(ending="xlsx", has_title=True),
    FileStyle(encoding="gb18030"),
    FileStyle(encoding="utf-8-sig"),
)
"""Project offices and the bank: by turns."""


@dataclass(frozen=True)
class Patch:
    """A cell whose text in the file differs from its typed value; `float` is a numeric cell."""

    row: int
    column: str
    value: str | float


@dataclass(frozen=True)
class WrittenFile:
    """A written file, and the lines of its rows."""

    path: Path
    lines: Sequence[int]
    headers: Mapping[str, str]
    """Contract column name → header text in this file."""


def write_file(
    stem: Path, contract: Contract, table: pl.DataFrame, patches: Sequence[Patch], style: FileStyle
) -> WrittenFile:
    """Write a delivery's file `<stem>.<extension>`; returns the line of each row."""
    columns = [c for c in contract.columns if c.name in table.columns]
    if style.columns_reversed:
        columns.reverse()
    if style.ending == "xlsx" and table.height > WORKBOOK_ROWS:
        style = replace(style, ending="csv")
    headers = {c.name: _header(c, style) for c in columns}
    cells = table.select(_as_cells(c, style).alias(c.name) for c in columns)
    if style.extra_column is not None:
        headers[style.extra_column] = style.extra_column
        cells = cells.with_columns(pl.lit("").alias(style.extra_column))
    path = stem.with_name(f"{stem.name}.{style.ending}")
    path.parent.mkdir(parents=True, exist_ok=True)
    write = _write_workbook if style.ending == "xlsx" else _write_csv
    first = write(path, list(headers.values()), cells, patches, style)
    lines: Sequence[int] = range(first, first + table.height)
    again = style.header_repeats_after
    if again is not None and table.height > again:
        lines = [line + (row >= again) for row, line in enumerate(lines)]
    return WrittenFile(path, lines, headers)


def _header(column: Column, style: FileStyle) -> str:
    return column.aliases[0] if style.uses_aliases and column.aliases else column.header


def _as_cells(column: Column, style: FileStyle) -> pl.Expr:
    """The cells' values: text, but numbers in a workbook."""
    value = pl.col(column.name)
    if column.type.is_number and style.ending == "xlsx":
        return value / (1 if column.type.name == "integer" else 100)
    match column.type.name:
        case "date" | "month":
            return value.dt.strftime(style.dates if column.type.name == "date" else "%Y-%m")
        case "boolean":
            return pl.when(value).then(pl.lit(style.booleans[0])).when(~value).then(pl.lit(style.booleans[1]))
        case "code":
            # Of several labels of one code the first is the usual one.
            labels = {code: label for label, code in reversed(list(column.codes.items()))}
            return value.replace_strict(labels, default=value, return_dtype=pl.String)
        case "decimal":
            return _amount(value, style.amounts if column.unit_text == "CNY" else "plain")
        case _:
            return value.cast(pl.String)


def _amount(hundredths: pl.Expr, style: str) -> pl.Expr:
    whole, cents = hundredths // 100, hundredths % 100
    fraction = "." + cents.cast(pl.String).str.zfill(2)
    if style == "plain":
        return whole.cast(pl.String) + pl.when(cents == 0).then(pl.lit("")).otherwise(fraction)
    if style == "fixed":
        return whole.cast(pl.String) + fraction
    thousands = pl.when(whole >= 1000).then((whole // 1000).cast(pl.String) + ",").otherwise(pl.lit(""))
    below = pl.when(whole >= 1000).then((whole % 1000).cast(pl.String).str.zfill(3)).otherwise(whole.cast(pl.String))
    return thousands + below + fraction + "元"


def _write_csv(path: Path, headers: list[str], cells: pl.DataFrame, patches: Sequence[Patch], style: FileStyle) -> int:
    text = _patched(cells, patches)
    text.columns = headers
    out = io.BytesIO()
    if style.has_title:
        out.write((style.title + style.delimiter * (len(headers) - 1) + style.newline).encode())
    again = style.header_repeats_after or text.height
    text[:again].write_csv(out, separator=style.delimiter, line_terminator=style.newline)
    if text.height > again:
        text[again:].write_csv(out, separator=style.delimiter, line_terminator=style.newline)
    if style.has_totals:
        totals = ["合计", f"{text.height}"] + [""] * (len(headers) - 2)
        out.write((style.delimiter.join(totals) + style.newline).encode())
    content = out.getvalue() if style.encoding == "utf-8" else out.getvalue().decode().encode(style.encoding)
    if style.ending == "csv.gz":
        content = gzip.compress(content, compresslevel=1, mtime=0)
    path.write_bytes(content)
    return 3 if style.has_title else 2


def _patched(text: pl.DataFrame, patches: Sequence[Patch]) -> pl.DataFrame:
    by_column: dict[str, list[Patch]] = {}
    for patch in patches:
        by_column.setdefault(patch.column, []).append(patch)
    return text.with_columns(
        text[name].scatter([p.row for p in some], [str(p.value) for p in some]) for name, some in by_column.items()
    )


def _write_workbook(
    path: Path, headers: list[str], cells: pl.DataFrame, patches: Sequence[Patch], style: FileStyle
) -> int:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    book.set_properties({"created": datetime(2024, 1, 1)})  # noqa: DTZ001 - the same bytes whenever it is written
    sheet = book.add_worksheet("Sheet1")
    header = 1 if style.has_title else 0
    if style.has_title:
        sheet.merge_range(0, 0, 0, len(headers) - 1, style.title)
    sheet.write_row(header, 0, headers)
    changed = {(p.row, cells.columns.index(p.column)): p.value for p in patches}
    for row, values in enumerate(cells.iter_rows()):
        for place, value in enumerate(values):
            cell = changed.get((row, place), value)
            if isinstance(cell, float):
                sheet.write_number(header + 1 + row, place, cell)
            elif cell:
                sheet.write_string(header + 1 + row, place, cell)
    if style.has_totals:
        sheet.write_row(header + 1 + cells.height, 0, ["合计", cells.height])
    book.close()
    return header + 2
