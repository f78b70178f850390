"""One file, whatever it is, as a table of texts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import polars as pl
from polars import selectors

from employment_warehouse.contract import Contract
from employment_warehouse.reading.blocks import BlockReader
from employment_warehouse.reading.content import Text, Workbook
from employment_warehouse.reading.encoding import (
    SAMPLE,
    decoded,
    find_encoding,
    first_bytes,
    is_chinese_header,
    is_whole_text,
    unknown_encoding,
    utf8_blocks,
    without_dos_end,
)
from employment_warehouse.reading.files import open_file
from employment_warehouse.reading.header import extra_columns
from employment_warehouse.reading.long_delimiters import replace_delimiter
from employment_warehouse.reading.paper_lines import is_nil_return
from employment_warehouse.reading.prefetch import prefetch
from employment_warehouse.reading.refusals import is_of_contract
from employment_warehouse.reading.survey import Survey, survey
from employment_warehouse.reading.table import BrokenRow, Refused, TextTable
from employment_warehouse.reading.workbook import names_of_sheets, read_workbook

# A line of three cells or more, with a personal number or an account.
_ROW_WITH_LONG_NUMBER = re.compile(rb"(?m)^(?=(?:[^,;\t|\r\n]*[,;\t|]){2}).*(?<!\d)\d{15,19}[\dXx]?(?!\d)")


def read_tables(path: Path, contract: Contract | None, only_sheet: str | None = None) -> TextTable:
    """The table in a file, understood by a contract, or, without one, as a careful human would.

    path: csv, csv.gz, xlsx, xls, or a zip with one of them; recognised by content. only_sheet: of a workbook, the
    sheet to read. Raises Refused, whose code is one of the file refusals of docs/architecture.md; `where` names
    the file.
    """
    with _with_path(path):
        source = open_file(path, lambda member: _may_be_table(member, contract, only_sheet))
        table = _read(source, contract, only_sheet)
    table.frames = _rows_of(prefetch(table.frames), table, path)
    return table


def sheet_names(path: Path) -> list[str]:
    """The sheets of a workbook; none of a text file. Raises Refused."""
    source = open_file(path, lambda member: isinstance(member, Workbook))
    return [] if isinstance(source, Text) else names_of_sheets(source)


def write_table_as_read(path: Path, stream: BinaryIO) -> TextTable:
    """Write the table in a file as UTF-8 CSV, the header first; the table comes back, with its broken rows."""
    table = read_tables(path, None)
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow(table.header)
    stream.write(header.getvalue().encode())
    for frame in table.frames:
        frame.select(selectors.matches(r"^c\d+$").replace("", None)).write_csv(stream, include_header=False)
    return table


def _read(source: Text | Workbook, contract: Contract | None, only_sheet: str | None) -> TextTable:
    if isinstance(source, Text):
        return _read_text(source, contract)
    return read_workbook(source, contract, only_sheet)


def _may_be_table(source: Text | Workbook, contract: Contract | None, only_sheet: str | None) -> bool:
    """Whether a member of an archive may be the table that is searched for, or a part of it: unless it certainly has
    another header, or is a note.
    """
    try:
        _read(source, contract, only_sheet)
    except Refused as refusal:
        if refusal.code == "required_column_missing":
            return contract is not None and is_of_contract(refusal, contract)
        if not isinstance(source, Text):
            return refusal.code != "header_not_found"
        is_damaged = refusal.code == "encoding_unknown" and (
            refusal.detail != unknown_encoding().detail or not is_whole_text(source.open)
        )
        if refusal.code in ("header_not_found", "not_a_table", "encoding_unknown"):
            return is_damaged or bool(_ROW_WITH_LONG_NUMBER.search(first_bytes(source.open).replace(b"\0", b"")))
    return True


def _read_text(source: Text, contract: Contract | None) -> TextTable:
    raw = first_bytes(source.open)
    whole = len(raw) < SAMPLE
    encoding = find_encoding(source.open, lambda head: _makes_sense(head, contract, whole))
    found = survey(decoded(raw, encoding), contract, whole)
    broken: list[BrokenRow] = []
    return TextTable(
        header=found.header.texts,
        columns=found.header.columns,
        extra=extra_columns(found.header.texts, found.header.columns) if contract else {},
        frames=_rows(source, encoding, found, _repeated_columns(found.header.columns, contract), broken),
        broken=broken,
        is_nil=is_nil_return(found.header),
    )


def _repeated_columns(columns: Mapping[str, int], contract: Contract | None) -> list[int]:
    """Positions of the columns whose texts repeat, by the contract."""
    return [position for name, position in columns.items() if contract and contract.column(name).repeats]


def _rows(
    source: Text, encoding: str, found: Survey, repeated: list[int], broken: list[BrokenRow]
) -> Iterator[pl.DataFrame]:
    def on_broken(row: BrokenRow) -> None:
        text = row.text.replace(found.dialect.delimiter, found.long_delimiter) if found.long_delimiter else row.text
        broken.append(replace(row, text=text))

    reader = BlockReader(found.dialect, found.header, repeated, found.body_line, on_broken)
    blocks = without_dos_end(utf8_blocks(source.open(), encoding))
    if found.long_delimiter:
        blocks = replace_delimiter(blocks, found.long_delimiter)
    for frame in reader.frames(_skip_bytes(blocks, found.body_offset)):
        yield frame.select(pl.lit("").alias("sheet"), pl.all())


def _makes_sense(head: str, contract: Contract | None, whole: bool) -> bool:
    """Whether a head that was decoded on trial has the contract's header, or one in Chinese."""
    try:
        header = survey(head, contract, whole).header
    except Refused as refusal:
        return refusal.code != "header_not_found"  # it is there, and something else is wrong
    return contract is not None or is_chinese_header(header.texts)


def _skip_bytes(blocks: Iterable[bytes], offset: int) -> Iterator[bytes]:
    """The stream from `offset` on."""
    for block in blocks:
        yield block[offset:]
        offset = max(0, offset - len(block))


def _rows_of(frames: Iterator[pl.DataFrame], table: TextTable, path: Path) -> Iterator[pl.DataFrame]:
    """The frames, counted. Without a row the table is a nil return, unless it says something else (of a workbook each
    sheet was asked): what a snapshot, month or batch does not repeat is gone.
    """
    with _with_path(path):
        for frame in frames:
            table.rows_read += frame.height
            yield frame
        if not (table.is_nil or table.rows_read or table.broken):
            raise Refused("rows_not_repeated")


@contextmanager
def _with_path(path: Path) -> Iterator[None]:
    """A refusal that does not say where names the file."""
    try:
        yield
    except Refused as refusal:
        refusal.where = refusal.where or path.name
        raise
