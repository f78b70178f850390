"""How a county's file looks: its ending, encoding, dialect, title and totals, and how it writes dates and amounts.

A table is given by contract column names and typed values (codes in English, decimals as integers of hundredths);
what stands in the file is text as a clerk would have it.
"""

import gzip
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
import xlsxwriter

from employment_warehouse.contract import Column, Contract

WORKBOOK_ROWS = 60_000
"""Past this a county sends CSV: nobody waits for a workbook of that size."""


@dataclass(frozen=True)
class Look:
    """How one sender's files look."""

    ending: str = "csv"
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


LOOKS: Mapping[str, Look] = {
    "532501": Look(encoding="utf-8-sig", newline="\r\n"),
    "532502": Look(encoding="gb18030", dates="%Y/%-m/%-d", newline="\r\n"),
    "532503": Look(),
    "532504": Look(ending="csv.gz"),
    "532523": Look(delimiter=";", booleans=("√", "×")),
    "532524": Look(has_title=True, has_totals=True, amounts="fixed"),
    "532525": Look(encoding="gb18030", has_title=True, uses_aliases=True, dates="%Y%m%d"),
    "532527": Look(delimiter="\t", booleans=("Y", "N"), header_repeats_after=3),
    "532528": Look(encoding="utf-8-sig", amounts="yuan", dates="%Y年%-m月%-d日"),
    "532529": Look(columns_reversed=True, extra_column="备注", booleans=("1", "0")),
    "532530": Look(encoding="utf-16", dates="%Y.%-m.%-d"),
    "532531": Look(delimiter="|", newline="\r\n"),
    "532532": Look(ending="xlsx", has_title=True, uses_aliases=True, has_totals=True),
}
SITE_LOOKS = (Look(), Look(ending="xlsx", has_title=True), Look(encoding="gb18030"), Look(encoding="utf-8-sig"))
"""Project offices and the bank: by turns."""


@dataclass
class Patch:
    """One cell that stands in the file otherwise than its typed value says; `float` is a numeric cell."""

    row: int
    column: str
    value: str | float


@dataclass
class Written:
    """A file as written: where its header and rows stand."""

    path: Path
    rows: int
    lines: Sequence[int]
    headers: Mapping[str, str] = field(default_factory=dict)
    """Contract column name → header text in this file."""


def write_file(
    folder: Path,
    stem: str,
    contract: Contract,
    table: pl.DataFrame,
    patches: Sequence[Patch],
    look: Look,
    title: str,
) -> Written:
    """Write a delivery's file `<stem>.<ending>` into `folder` and say on which line each row stands."""
    columns = [c for c in contract.columns if c.name in table.columns]
    if look.columns_reversed:
        columns.reverse()
    headers = {c.name: _header(c, look) for c in columns}
    text = table.select(_as_text(c, look).alias(c.name) for c in columns)
    if look.extra_column is not None:
        headers[look.extra_column] = look.extra_column
        text = text.with_columns(pl.lit("").alias(look.extra_column))
    ending = look.ending if look.ending != "xlsx" or text.height <= WORKBOOK_ROWS else "csv"
    path = folder / f"{stem}.{ending}"
    folder.mkdir(parents=True, exist_ok=True)
    if ending == "xlsx":
        numeric = {c.name for c in columns if c.type in ("integer", "decimal")}
        first = _write_workbook(path, list(headers.values()), text, patches, numeric, look, title)
    else:
        first = _write_csv(path, list(headers.values()), text, patches, look, title)
    lines: Sequence[int] = range(first, first + text.height)
    again = look.header_repeats_after
    if again is not None and ending != "xlsx":
        lines = [line + (row >= again and text.height > again) for row, line in enumerate(lines)]
    return Written(path, text.height, lines, headers)


def _header(column: Column, look: Look) -> str:
    return column.aliases[0] if look.uses_aliases and column.aliases else column.header


def _as_text(column: Column, look: Look) -> pl.Expr:
    value = pl.col(column.name)
    match column.type:
        case "date":
            return value.dt.strftime(look.dates)
        case "month":
            return value.dt.strftime("%Y-%m")
        case "boolean":
            return pl.when(value).then(pl.lit(look.booleans[0])).when(~value).then(pl.lit(look.booleans[1]))
        case "code":
            labels: dict[str, str] = {}
            for label, code in column.codes.items():
                labels.setdefault(code, label)
            return value.replace_strict(labels, default=value, return_dtype=pl.String)
        case "decimal":
            return _amount(value, look.amounts if column.unit_text == "CNY" else "plain")
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


def _write_csv(
    path: Path, headers: list[str], text: pl.DataFrame, patches: Sequence[Patch], look: Look, title: str
) -> int:
    changed = _patched(text, patches)
    changed.columns = headers
    dialect = {"separator": look.delimiter, "line_terminator": look.newline}
    out = io.BytesIO()
    if look.has_title:
        out.write((title + look.delimiter * (len(headers) - 1) + look.newline).encode())
    head = changed.head(look.header_repeats_after) if look.header_repeats_after is not None else changed
    head.write_csv(out, **dialect)  # type: ignore[call-overload]
    if look.header_repeats_after is not None and changed.height > look.header_repeats_after:
        changed.slice(look.header_repeats_after).write_csv(out, **dialect)  # type: ignore[call-overload]
    if look.has_totals:
        cells = ["合计", f"{text.height}"] + [""] * (len(headers) - 2)
        out.write((look.delimiter.join(cells) + look.newline).encode())
    content = out.getvalue() if look.encoding == "utf-8" else out.getvalue().decode().encode(look.encoding)
    if path.name.endswith(".gz"):
        content = gzip.compress(content, compresslevel=1, mtime=0)
    path.write_bytes(content)
    return 3 if look.has_title else 2


def _patched(text: pl.DataFrame, patches: Sequence[Patch]) -> pl.DataFrame:
    by_column: dict[str, list[Patch]] = {}
    for patch in patches:
        by_column.setdefault(patch.column, []).append(patch)
    return text.with_columns(
        text[name].scatter([p.row for p in some], [str(p.value) for p in some]) for name, some in by_column.items()
    )


def _write_workbook(  # noqa: PLR0913
    path: Path,
    headers: list[str],
    text: pl.DataFrame,
    patches: Sequence[Patch],
    numeric: set[str],
    look: Look,
    title: str,
) -> int:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    book.set_properties({"created": date(2024, 1, 1)})
    sheet = book.add_worksheet("Sheet1")
    first = 0
    if look.has_title:
        sheet.merge_range(0, 0, 0, len(headers) - 1, title)
        first = 1
    sheet.write_row(first, 0, headers)
    is_number = [name in numeric for name in text.columns]
    special = {(p.row, p.column): p.value for p in patches}
    positions = {name: place for place, name in enumerate(text.columns)}
    cells = {(row, positions[name]): value for (row, name), value in special.items()}
    for row, values in enumerate(text.iter_rows()):
        for place, value in enumerate(values):
            cell = cells.get((row, place), value)
            if isinstance(cell, float):
                sheet.write_number(first + 1 + row, place, cell)
            elif cell is not None and cell != "":
                if is_number[place] and (row, place) not in cells:
                    sheet.write_number(first + 1 + row, place, float(cell))
                else:
                    sheet.write_string(first + 1 + row, place, cell)
    if look.has_totals:
        sheet.write_row(first + 1 + text.height, 0, ["合计", text.height])
    book.close()
    return first + 2
