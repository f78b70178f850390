"""Workbooks: opened in a child process with limits, so that no file can take this one down."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from employment_warehouse.contract import Contract, sheet_label
from employment_warehouse.contract.blank_form import EXPLANATION_SHEET, EXPLANATION_TITLES
from employment_warehouse.errors import UserError
from employment_warehouse.reading.cell_marks import CellMarks, Use, use_of
from employment_warehouse.reading.files import Workbook
from employment_warehouse.reading.formats import NAMES
from employment_warehouse.reading.header import Header, extra_columns, find_header
from employment_warehouse.reading.refusals import amounts_not_in_yuan, is_of_contract, unsupported_format
from employment_warehouse.reading.rows import BLANK_LEAD_BYTES, only_rows, trimmed
from employment_warehouse.reading.table import BrokenRow, Refused, TextTable
from employment_warehouse.reading.units import names_other_unit

# The child is a package of its own that imports nothing of ours; isolated, Python needs its place.
_START = "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module('workbook_child', run_name='__main__')"
_FOLDER = Path(__file__).parent
_SECONDS = 60  # to wait for a child that does nothing; it may use ten seconds of a processor
_PIPE = 256 << 10  # most of a frame of rows, so that neither waits long for the other

_BLANKS = (*b"\r\n", *BLANK_LEAD_BYTES.keys() - {0x1E, 0x1F})  # these two separate rows and cells here

# Sheets with the table's header that are meant for people.
_FOR_PEOPLE = re.compile("说明|须知|示例|样例|样表|范例|字典|参考")

_BESIDE = "表外"  # the column of what stands beside a large table


class ReaderKilled(UserError):
    """读取工作簿的进程被系统终止，多半是内存不足。 | The reader of the workbook was killed, probably out of memory"""

    code = "reader_killed"
    exit_code = 1


@dataclass(frozen=True)
class _Sheet:
    place: int  # among the workbook's sheets
    label: str  # what it is called outside of the file
    header: Header


def names_of_sheets(book: Workbook) -> list[str]:
    """The workbook's sheets, in their order. Raises Refused as read_workbook does of a workbook as a whole."""
    child = _Child(book)
    try:
        return [sheet["name"] for sheet in child.receive()["sheets"]]
    finally:
        child.end()


def read_workbook(book: Workbook, contract: Contract | None, only_sheet: str | None = None) -> TextTable:
    """The table in a workbook: the sheets whose header fits, one below the other; or that of one sheet only.

    Raises ReaderKilled; Refused: password_protected, too_large_inflated, too_many_cells_declared, workbook_unreadable,
    workbook_timeout, header_not_found, required_column_missing.
    """
    child = _Child(book)
    try:
        opening = child.receive()
        sheets, left_out = _fitting(opening["sheets"], contract, only_sheet)
    except BaseException:
        child.end()
        raise
    header, positions = _joined(sheets)
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
            f" | sheet {name!r} was left out: another header, hidden, or for reference only"
            for name in left_out
        ],
    )
    table.frames = _rows(child, sheets, positions, marks, table)
    return table


def _fitting(
    sheets: list[dict[str, Any]], contract: Contract | None, only_sheet: str | None
) -> tuple[list[_Sheet], list[str]]:
    """The sheets with the table looked for (without a contract: the first table and those of the same header), and the
    labels of the others. Sheets that are hidden or meant for people are ignored where another sheet fits.
    """
    seen: list[tuple[int, dict[str, Any]]] = []
    secondary: list[tuple[int, dict[str, Any]]] = []
    for place, sheet in enumerate(sheets):
        if only_sheet in (None, sheet["name"]):
            (secondary if sheet["hidden"] or _FOR_PEOPLE.search(sheet["name"]) else seen).append((place, sheet))
    fitting, left_out, refusals = _fitting_of(seen, contract)
    if fitting:
        return fitting, left_out + [_label(sheet, place) for place, sheet in secondary if _may_be_data(sheet)]
    if not left_out:  # there are no others
        fitting, left_out, of_secondary = _fitting_of(secondary, contract)
        if fitting:
            return fitting, left_out
        refusals += of_secondary
    if refusals:
        raise max(refusals, key=lambda refusal: refusal.code == "required_column_missing")
    raise Refused("header_not_found", "工作簿里没有工作表 | the workbook has no sheet")


def _may_be_data(sheet: dict[str, Any]) -> bool:
    """Whether a sheet that was not read has something in it, other than the explanations of our own template."""
    head = [[str(cell).strip() for cell in row] for row in sheet["head"] if any(row)]
    titles = tuple(head[0][: len(EXPLANATION_TITLES)]) if head else ()
    return bool(head) and not (sheet["name"] == EXPLANATION_SHEET and titles == EXPLANATION_TITLES)


def _fitting_of(
    sheets: list[tuple[int, dict[str, Any]]], contract: Contract | None
) -> tuple[list[_Sheet], list[str], list[Refused]]:
    """Those that fit, the labels of the others, and why they do not."""
    fitting: list[_Sheet] = []
    left_out: list[str] = []
    refusals: list[Refused] = []
    for place, sheet in sheets:
        try:
            header = find_header(sheet["head"], contract)
            if header.has_money and names_other_unit(sheet["name"]):
                raise amounts_not_in_yuan()
        except Refused as refusal:
            refusal.where = refusal.where or f"工作表 sheet {_label(sheet, place)}"
            if contract and is_of_contract(refusal, contract):
                raise  # this is the sheet of the contract
            refusals.append(refusal)
            left_out += [_label(sheet, place)] if any(map(any, sheet["head"])) else []
            continue
        if contract is None and fitting and sorted(header.texts) != sorted(fitting[0].header.texts):
            left_out.append(_label(sheet, place))
        else:
            # What stands beside the table is a column without a name.
            texts = header.texts + [""] * (header.width - len(header.texts))
            fitting.append(_Sheet(place, _label(sheet, place), replace(header, texts=texts)))
    return fitting, left_out, refusals


def _label(sheet: dict[str, Any], place: int) -> str:
    return sheet_label(sheet["name"], place)


def _joined(sheets: list[_Sheet]) -> tuple[list[str], list[list[int]]]:
    """One header for all sheets, and for each sheet where its columns stand in it."""
    texts = list(sheets[0].header.texts)
    columns = dict(sheets[0].header.columns)
    positions = [list(range(len(texts)))]
    for sheet in sheets[1:]:
        names = {at: name for name, at in sheet.header.columns.items()}
        free = {text: at for at, text in enumerate(texts) if at not in columns.values()}
        places = []
        for at, text in enumerate(sheet.header.texts):
            place = columns.get(names[at]) if at in names else free.pop(text, None)
            if place is None:
                place = len(texts)
                texts.append(text)
                if at in names:
                    columns[names[at]] = place
            places.append(place)
        positions.append(places)
    return texts, positions


def _uses(columns: Mapping[str, int], contract: Contract | None) -> dict[int, Use]:
    """What each column of the contract makes of cells that are not texts, by its position."""
    if contract is None:
        return {}
    return {at: use_of(contract.column(name), name in contract.money_columns) for name, at in columns.items()}


def _rows(
    child: _Child, sheets: list[_Sheet], positions: list[list[int]], all_marks: CellMarks, table: TextTable
) -> Iterator[pl.DataFrame]:
    try:
        child.request([sheet.place for sheet in sheets])
        for sheet, places in zip(sheets, positions, strict=True):
            marks, last_line = all_marks.of_sheet(places), 0
            while "sheet_end" not in (message := child.receive()):
                frame = only_rows(_cut(child.data(message["bytes"]), message["row"], sheet.header, marks), sheet.header)
                strays: dict[int, str] = dict(message["strays"])
                if strays and not table.columns:
                    frame = _without_strays(frame, strays, sheet.label, table)
                width = len(table.header)
                frame = _with_strays(_in_order(frame, sheet.label, places, width), strays, table)
                if frame.height:
                    last_line = frame["line"][-1]
                    yield frame
            _refuse_merged(message["merged"], sheet, last_line)
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
    if _BESIDE not in table.extra:
        table.header.append(_BESIDE)
        table.extra = {**table.extra, _BESIDE: len(table.header) - 1}
    place = f"c{table.extra[_BESIDE]}"
    texts = pl.DataFrame({"line": lines, place: [strays[line] for line in lines]}, schema_overrides={"line": pl.Int64})
    kept = frame.drop(place) if place in frame.columns else frame
    return kept.join(texts, on="line", how="left", maintain_order="left").with_columns(pl.col(place).fill_null(""))


def _refuse_merged(merged: list[tuple[int, int, int, int]], sheet: _Sheet, last_line: int) -> None:
    """Cells that are merged over several rows keep their value in the first alone; the others only look as if they had
    it. A block of half the table's width or more is a note below it.
    """
    for first, last, left, right in merged:
        is_narrow = 2 * (right - left + 1) < sheet.header.width
        if sheet.header.index + 1 < first <= last_line and left <= sheet.header.width and is_narrow:
            raise Refused(
                "merged_cells", f"第 {first}—{last} 行 | rows {first} to {last}", where=f"工作表 sheet {sheet.label}"
            )


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


class _Child:
    """The process that has the workbook open."""

    def __init__(self, book: Workbook) -> None:
        descriptor = book.file.fileno()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, str(_FOLDER), str(descriptor), book.kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(descriptor,),
            pipesize=_PIPE,
            env={"MALLOC_ARENA_MAX": "1", "MALLOC_TOP_PAD_": str(64 << 20), "MALLOC_TRIM_THRESHOLD_": str(1 << 30)},
        )
        # A table that is dropped without reading its rows leaves no process behind.
        self._finalizer = weakref.finalize(self, _kill, self._process)
        self._is_timed_out = False

    def request(self, places: list[int]) -> None:
        """Ask for all rows of these sheets."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(places).encode() + b"\n")
        self._process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        """The next message; raises Refused if the child refuses, is late or has died."""
        assert self._process.stdout
        with self._time_limit():
            line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise self._died()
        message: dict[str, Any] = json.loads(line)
        if "refused" in message:
            raise self._refused(message["refused"])
        return message

    def data(self, n_bytes: int) -> bytes:
        """The rows that the last message announced; raises Refused if the child is late with them or has died."""
        assert self._process.stdout
        with self._time_limit():
            data = self._process.stdout.read(n_bytes)
        if len(data) < n_bytes:
            raise self._died()
        return data

    def _refused(self, code: str) -> Refused:
        self.end()
        if code == "unsupported_format":
            return unsupported_format(NAMES["old_workbook"], NAMES["old_workbook"])
        return Refused(code)

    def end(self) -> None:
        self._finalizer()

    @contextmanager
    def _time_limit(self) -> Iterator[None]:
        timer = threading.Timer(_SECONDS, self._give_up)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()  # until it has ended, its thread keeps this object, and with it the process, alive

    def _give_up(self) -> None:
        self._is_timed_out = True
        self._process.kill()

    def _died(self) -> UserError:
        """Why there is no answer: the workbook, or (killed from outside, mostly for lack of memory) the machine."""
        code = self._process.wait()
        if code == -signal.SIGKILL and not self._is_timed_out:
            self.end()
            return ReaderKilled()
        return self._refused(self._exit_reason(code))

    def _exit_reason(self, code: int) -> str:
        if self._is_timed_out or code == -signal.SIGXCPU:  # its limit of processor time
            return "workbook_timeout"
        return "too_many_cells_declared" if code == -signal.SIGABRT else "workbook_unreadable"  # out of memory


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()
