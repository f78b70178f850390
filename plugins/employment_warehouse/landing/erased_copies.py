"""Copies of archived files without the rows of an erased person.

A copy is the table as it was read: a text file in UTF-8 with its rows on the same lines, or a workbook with its sheets
and rows in the same places. So the ledger's places, the rows that were rejected for a reason, and a rebuild stay as
they were. A file that could not be read is not copied: nothing can be rebuilt from it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

import polars as pl
import xlsxwriter

from employment_warehouse.checking.rejected import WHOLE_ROW
from employment_warehouse.contract import NUMERIC_CELL, Contract, JsonNumber, as_json
from employment_warehouse.landing.erased_words import Words, plain, plain_texts
from employment_warehouse.landing.zone import private_file
from employment_warehouse.reading import Refused, TextTable, contents, read_tables
from employment_warehouse.workbook_style import PLAIN_CELLS

Place = tuple[str, int]  # sheet, line
Places = dict[tuple[str, str], list[Place]]
Prepare = Callable[[Path | None, str], None]
_ROW = "row"
_BY_NUMBER = re.compile(r"\\u((?!d[89a-f])[0-9a-f]{4})", re.IGNORECASE)  # no half of a pair


class SentRows(NamedTuple):
    """What a delivery has of a file: rows of a feed, of which those in these places were rejected."""

    contract: Contract
    rejected: frozenset[Place]


Feeds = Mapping[tuple[str, str], SentRows]  # (feed, delivery kind): a return workbook has sheets of several


def without_rows(file: Path, feeds: Feeds, words: Words, prepare: Prepare) -> Places:
    """Find, by these words, the rows of a person and the mentions of the person in other rows; the places of the rows
    found.

    If there are any, `prepare` receives a copy of the file without them, and its extension; None for a file that cannot
    be read.
    """
    if feeds and file.suffix == ".jsonl":
        return _items_without(file, feeds, words, prepare)
    found: Places = {}
    is_workbook = len(feeds) > 1
    try:
        for key, sent in feeds.items():
            for frame in _judge_frames(read_tables(file, sent.contract, _sheet_name(key, sent.contract)), sent, words):
                is_workbook |= frame["sheet"][0] != ""
                if (frame[_ROW] | frame["changed"]).any():
                    found.setdefault(key, []).extend(frame.filter(_ROW).select("sheet", "line").rows())
    except Refused:
        feeds = {}
    if not feeds:
        if any(map(words.in_bytes().search, contents(file))):
            prepare(None, "")
        return {}
    # What nobody reads, other sheets and lines above the table, is in no copy.
    if found or any(map(words.own_in_bytes, contents(file))):
        write = _write_workbook if is_workbook else _write_text
        with private_file("copy") as (target, path):
            write(target, file, feeds, words)
            target.flush()
            prepare(path, ".xlsx" if is_workbook else ".csv")
    return {key: places for key, places in found.items() if places}


def _sheet_name(key: tuple[str, str], contract: Contract) -> str | None:
    return contract.title_zh if key[1] == "correction" else None


@dataclass(frozen=True)
class _Judge:
    """Whose the rows are that have one of the words in them, by the positions of a table's columns.

    A row that was landed is whose its person or its account is: so it is in landing. One that only mentions the person
    stays, as it was landed: the words masked in its texts, and the person in no column for somebody else (who approved
    a post). A row that was rejected stays or goes as a whole.
    """

    words: Words
    sent: SentRows
    person: int | None
    accounts: list[int]
    mentions: list[int]
    typed: list[int]  # columns that cannot have a free text

    @classmethod
    def of(cls, positions: Mapping[str, int], sent: SentRows, words: Words) -> _Judge:
        contract = sent.contract
        columns = {at: contract.column(name) for name, at in positions.items()}
        person = positions.get(contract.person_column) if contract.person_column else None
        return cls(
            words,
            sent,
            person,
            [at for at, column in columns.items() if column.type.identity == "account"],
            [at for at, column in columns.items() if column.type.identity == "person" and at != person],
            [at for at, column in columns.items() if column.type.name != "text"],
        )

    def judge(self, place: Place, cells: list[str], bare: list[str]) -> tuple[bool, list[str]]:
        """Whether the row is the person's, and its cells without the person. bare: the cells in the form in which
        numbers are compared.
        """
        own = [at for at, cell in enumerate(bare) if self.words.own_in(cell)]
        if place in self.sent.rejected:
            return bool(own) or not self._is_of_another(cells), cells
        if any(at == self.person or at in self.accounts for at in own):
            return True, cells
        kept = [cell if at in self.typed else self.words.masked(cell) for at, cell in enumerate(cells)]
        return False, ["" if at in self.mentions and at in own else cell for at, cell in enumerate(kept)]

    def _is_of_another(self, cells: list[str]) -> bool:
        return self.person is None or self.words.is_of_another(cells[self.person])


def _judge_frames(table: TextTable, sent: SentRows, words: Words) -> Iterator[pl.DataFrame]:
    """The table's frames with `row`: whether the row is the person's; in others' rows no cell names the person any more
    (`changed`). Broken rows are rows of one cell.
    """
    judge = _Judge.of(table.columns, sent, words)
    for frame in (frame for frame in table.frames if frame.height):
        cells = [name for name in frame.columns if name not in ("sheet", "line")]
        texts = frame.with_columns(pl.col(cells).cast(pl.String).fill_null(""))
        has_word = (plain(pl.col(name)).str.contains_any(words.all) for name in cells)
        yield _judge_rows(texts, cells, texts.select(pl.any_horizontal(has_word)).to_series().arg_true(), judge)
        yield from _judge_broken_rows(table, sent.contract, words)
    yield from _judge_broken_rows(table, sent.contract, words)


def _judge_rows(texts: pl.DataFrame, cells: list[str], at: pl.Series, judge: _Judge) -> pl.DataFrame:
    """The frame with its rows judged; at: those in which a word stands."""
    suspects = texts[at]
    written, bare = suspects.select(cells).rows(), suspects.select(plain(pl.col(cells))).rows()
    places = suspects.select("sheet", "line").rows()
    judged = [judge.judge(*row) for row in zip(places, map(list, written), map(list, bare), strict=True)]
    nobody = pl.repeat(False, len(texts), dtype=pl.Boolean, eager=True)
    is_row = nobody.clone().scatter(at, [is_row for is_row, _ in judged])
    is_changed = nobody.clone().scatter(at, [kept != list(row) for (_, kept), row in zip(judged, written, strict=True)])
    columns = [
        texts[name].clone().scatter(at, pl.Series([kept[number] for _, kept in judged], dtype=pl.String))
        for number, name in enumerate(cells)
    ]
    return texts.with_columns(*columns, is_row.alias(_ROW), is_changed.alias("changed"))


def _judge_broken_rows(table: TextTable, contract: Contract, words: Words) -> Iterator[pl.DataFrame]:
    broken = table.pop_broken()
    if not broken.is_empty():
        named = [words.name_rejected({WHOLE_ROW: text}, text, contract) for text in broken["text"]]
        yield broken.select("sheet", "line", c0="text").with_columns(row=pl.Series(named), changed=pl.lit(False))


def _write_text(target: IO[bytes], file: Path, feeds: Feeds, words: Words) -> None:
    """The header on the first line, each row on its own."""
    ((key, sent),) = feeds.items()
    table = read_tables(file, sent.contract, _sheet_name(key, sent.contract))
    header = _csv(table.header)
    target.write(header)
    line = 1 + header.count(b"\n")
    for frame in _judge_frames(table, sent, words):
        for _, number, *cells in frame.filter(~pl.col(_ROW)).drop(_ROW, "changed").iter_rows():
            text = _csv(cells)
            target.write(b"\n" * (number - line) + text)
            line = max(number, line) + text.count(b"\n")


def _csv(cells: list[str]) -> bytes:
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow(cells)
    return row.getvalue().encode()


def _write_workbook(target: IO[bytes], file: Path, feeds: Feeds, words: Words) -> None:
    """The header in the first row of each sheet, each row in its own."""
    with xlsxwriter.Workbook(target, PLAIN_CELLS | {"in_memory": True}) as book:
        for key, sent in feeds.items():
            table = read_tables(file, sent.contract, _sheet_name(key, sent.contract))
            for frame in _judge_frames(table, sent, words):
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


def _items_without(file: Path, feeds: Feeds, words: Words, prepare: Prepare) -> Places:
    """Do what `without_rows` does for items of the HR platform, one a line; a removed one leaves an empty line."""
    lines = file.read_text(encoding="utf-8").split("\n")
    bare = plain_texts(pl.Series(map(_unescaped, lines), dtype=pl.String))
    [sent] = feeds.values()
    kept = list(lines)
    for at in bare.str.contains_any(words.all).arg_true():
        kept[at] = _item_without(lines[at], ("", at + 1), sent, words)
    if kept == lines:
        return {}
    with private_file("copy") as (target, path):
        target.write("\n".join(kept).encode())
        target.flush()
        prepare(path, ".jsonl")
    places = [("", at) for at, line in enumerate(kept, 1) if not line and lines[at - 1]]
    return dict.fromkeys(feeds, places)


def _item_without(line: str, place: Place, sent: SentRows, words: Words) -> str:
    """What is kept of an item in which a word stands."""
    try:
        fields = json.loads(line, parse_int=JsonNumber, parse_float=JsonNumber)
    except (ValueError, RecursionError):
        fields = None
    if isinstance(fields, dict) and place not in sent.rejected:
        kept = _fields_without(fields, place, sent, words)
        return line if kept == fields else as_json(kept) if kept else ""
    row = {name: str(value) for name, value in fields.items()} if isinstance(fields, dict) else {WHOLE_ROW: line}
    return "" if words.name_rejected(row, _unescaped(line), sent.contract) else line


def _fields_without(fields: dict[str, object], place: Place, sent: SentRows, words: Words) -> dict[str, object]:
    """The fields of a landed item; none if it is the person's. A number or a list with a word in it becomes a text."""
    names = list(fields)
    positions = {column.name: names.index(column.header) for column in sent.contract.columns if column.header in fields}
    cells = [value if isinstance(value, str) else as_json(value) for value in fields.values()]
    judge = _Judge.of(positions, sent, words)
    is_row, kept = judge.judge(place, cells, plain_texts(pl.Series(cells)).to_list())
    values = [value if cell == was else cell for value, cell, was in zip(fields.values(), kept, cells, strict=True)]
    return {} if is_row else dict(zip(map(words.masked, names), values, strict=True))


def _unescaped(line: str) -> str:
    """JSON with the signs that it gives by their numbers."""
    return _BY_NUMBER.sub(lambda found: chr(int(found[1], 16)), line)
