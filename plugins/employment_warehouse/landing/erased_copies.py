"""Copies of archived files without the rows of an erased person.

A copy is the table as it was read: a text file in UTF-8 with its rows on the same lines, or a workbook with its sheets
and rows in the same places. So the ledger's places, the rows that were rejected for a reason, and a rebuild stay as
they were. A file that could not be read is not copied: nothing can be rebuilt from it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

import polars as pl
import xlsxwriter

from employment_warehouse.contract import NUMERIC_CELL, PLAIN_CELLS, Contract
from employment_warehouse.contract.column_types.cleaning import NARROW, WIDE
from employment_warehouse.landing.zone import private_file
from employment_warehouse.reading import Refused, TextTable, read_tables

Feeds = Mapping[tuple[str, str], Contract]  # (feed, delivery kind): a return workbook has sheets of several
Places = dict[tuple[str, str], list[tuple[str, int]]]
_SEPARATORS = r"[\s\-.·_/\\]"
_ROW = "row"


def plain(texts: pl.Expr) -> pl.Expr:
    """Texts as numbers are compared: narrow, without separators, in capitals."""
    return texts.str.replace_many(WIDE, NARROW).str.replace_all(_SEPARATORS, "").str.to_uppercase()


def plain_texts(texts: pl.Series) -> pl.Series:
    """The same of a series."""
    return texts.to_frame("text").select(plain(pl.col("text"))).to_series()


def without_rows(file: Path, feeds: Feeds, words: list[str], prepare: Callable[[Path | None, str], None]) -> Places:
    """Find the rows that name a person by one of these words; if there are any, `prepare` receives a copy without them
    and its extension; None for a file that cannot be read.
    """
    if file.suffix == ".jsonl":
        return _items_without(file, feeds, words, prepare)
    found: Places = {}
    is_workbook = False
    try:
        for key, made in feeds.items():
            for frame in _named(read_tables(file, made, _sheet(key, made)), made, words):
                is_workbook |= frame["sheet"][0] != ""
                if (frame[_ROW] | frame["changed"]).any():
                    found.setdefault(key, []).extend(frame.filter(_ROW).select("sheet", "line").rows())
    except Refused:
        feeds = {}
    if not feeds:
        if _holds(file, words):
            prepare(None, "")
        return {}
    if found:
        write = _write_workbook if is_workbook else _write_text
        with private_file("copy") as (target, path):
            write(target, file, feeds, words)
            target.flush()
            prepare(path, ".xlsx" if is_workbook else ".csv")
    return {key: places for key, places in found.items() if places}


def _sheet(key: tuple[str, str], made: Contract) -> str | None:
    return made.title_zh if key[1] == "correction" else None


def _named(table: TextTable, made: Contract, words: list[str]) -> Iterator[pl.DataFrame]:
    """The table's frames with `row`: whether the row is the person's; in others' rows a cell that names the person is
    emptied (`changed`). Broken rows are rows of one cell.
    """
    mentions = [
        f"c{at}"
        for name, at in table.columns.items()
        if made.column(name).type.identity == "person" and name != made.person_column
    ]
    for frame in (frame for frame in table.frames if frame.height):
        cells = [name for name in frame.columns if name not in ("sheet", "line")]
        texts = frame.with_columns(pl.col(cells).cast(pl.String).fill_null(""))
        named = {name: plain(pl.col(name)).str.contains_any(words) for name in cells}
        found = texts.select(
            pl.any_horizontal(named[name] for name in cells if name not in mentions).alias(_ROW),
            pl.any_horizontal(pl.lit(False), *named.values()).alias("changed"),
        )
        kept = texts.with_columns(
            pl.when(~named[name]).then(name).otherwise(pl.lit("")).alias(name) for name in mentions
        )
        yield kept.hstack(found)
        yield from _broken(table, words)
    yield from _broken(table, words)


def _broken(table: TextTable, words: list[str]) -> Iterator[pl.DataFrame]:
    broken = table.take_broken()
    if not broken.is_empty():
        yield broken.select("sheet", "line", c0="text").with_columns(
            row=plain(pl.col("c0")).str.contains_any(words), changed=pl.lit(False)
        )


def _write_text(target: IO[bytes], file: Path, feeds: Feeds, words: list[str]) -> None:
    """The header on the first line, each row on its own."""
    ((key, made),) = feeds.items()
    table = read_tables(file, made, _sheet(key, made))
    header = _csv(table.header)
    target.write(header)
    line = 1 + header.count(b"\n")
    for frame in _named(table, made, words):
        for _, number, *cells in frame.filter(~pl.col(_ROW)).drop(_ROW, "changed").iter_rows():
            text = _csv(cells)
            target.write(b"\n" * (number - line) + text)
            line = max(number, line) + text.count(b"\n")


def _csv(cells: list[str]) -> bytes:
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow(cells)
    return row.getvalue().encode()


def _write_workbook(target: IO[bytes], file: Path, feeds: Feeds, words: list[str]) -> None:
    """The header in the first row of each sheet, each row in its own."""
    with xlsxwriter.Workbook(target, PLAIN_CELLS | {"in_memory": True}) as book:
        for key, made in feeds.items():
            table = read_tables(file, made, _sheet(key, made))
            for frame in _named(table, made, words):
                rows = frame.filter(~pl.col(_ROW)).drop(_ROW, "changed")
                for sheet, line, *cells in rows.iter_rows():
                    page = book.get_worksheet_by_name(sheet)
                    if page is None:
                        page = book.add_worksheet(sheet)
                        page.write_row(0, 0, table.header)
                    for at, cell in enumerate(cells):
                        _write_cell(page, line - 1, at, cell)
        if not book.worksheets():
            book.add_worksheet()


def _write_cell(page: xlsxwriter.worksheet.Worksheet, row: int, at: int, cell: str) -> None:
    if cell.startswith(NUMERIC_CELL):
        try:
            page.write_number(row, at, float(cell.removeprefix(NUMERIC_CELL)))
            return
        except ValueError:  # a date or a boolean: which of them does not matter, it is not a text
            page.write_boolean(row, at, True)
            return
    page.write_string(row, at, cell)


def _items_without(file: Path, feeds: Feeds, words: list[str], prepare: Callable[[Path | None, str], None]) -> Places:
    """The same for items of the HR platform, one on each line; a line that is removed stays empty."""
    lines = file.read_text(encoding="utf-8").split("\n")
    is_named = pl.Series(lines).to_frame("item").select(plain(pl.col("item")).str.contains_any(words)).to_series()
    if not is_named.any():
        return {}
    kept = ["" if named else line for named, line in zip(is_named, lines, strict=True)]
    with private_file("copy") as (target, path):
        target.write("\n".join(kept).encode())
        target.flush()
        prepare(path, ".jsonl")
    places = [("", at) for at, named in enumerate(is_named, 1) if named]
    return dict.fromkeys(feeds, places)


def _holds(file: Path, words: list[str]) -> bool:
    """Whether the bytes of a file that cannot be read as a table have one of the words in them."""
    data = file.read_bytes()
    return any(word.encode(encoding) in data for word in words for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
