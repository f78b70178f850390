"""An xls: an OLE container with a stream of BIFF8 records."""

from __future__ import annotations

import functools
import itertools
import os
import shutil
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import olefile
import python_calamine as calamine

from .markup import MOST_MERGED, NOT_AVAILABLE, Merged, Texts
from .number_formats import BUILT_IN, GENERAL, formats_with_text, marked_number, text_formats
from .protocol import UNCALCULATED, refuse
from .sheets import Block, Sheet, Workbook

END, BEGIN, ENCRYPTED, SHEET, CODE_PAGE, SINCE_1904 = 0x0A, 0x809, 0x2F, 0x85, 0x42, 0x22
FORMULA, ERROR, MERGED, NUMBER, RK, MULTIPLE_RK = 0x06, 0x205, 0xE5, 0x203, 0x27E, 0xBD
LABEL, SHARED_TEXT = 0x204, 0xFD
CELLS = frozenset({FORMULA, ERROR, NUMBER, RK, MULTIPLE_RK, LABEL, SHARED_TEXT})
FORMAT, CELL_FORMAT = 0x41E, 0xE0
BIFF8 = 0x600
UTF_16 = 1200
CALCULATED_ON_OPENING = 2  # among the flags of a formula; Excel never sets it
NO_RESULTS = (bytes(8), b"\x03" + bytes(5) + b"\xff\xff")  # 0, and a text that is empty
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: NOT_AVAILABLE,
}


@dataclass(frozen=True)
class Record:
    """One record; at: where its content begins in the stream."""

    kind: int
    content: bytes
    at: int


class Formats:
    """The number formats of cell styles that add something: numbers, by style; texts: what they show of a text."""

    def __init__(self, codes: Mapping[int, str]) -> None:
        self.numbers, self.texts = formats_with_text(codes), text_formats(codes)


def open_xls(path: str) -> Workbook:
    """Open the workbook. Refuses one with a password, and one of a format before BIFF8."""
    name, stream = stream_of(path)
    if not stream:
        return Workbook(
            sheets_of(calamine.load_workbook(path), b"", [], Formats({})), False
        )  # the library reports what it is
    globals_ = list(itertools.takewhile(lambda record: record.kind != END, records_from(stream, 0)))
    if globals_ and globals_[0].kind == BEGIN and int.from_bytes(globals_[0].content[:2], "little") < BIFF8:
        refuse("unsupported_format")
    if any(record.kind == ENCRYPTED for record in globals_):
        refuse("password_protected")
    begins = [int.from_bytes(record.content[:4], "little") for record in globals_ if record.kind == SHEET]
    changed = readable_stream(stream, globals_)
    file = copy_with(path, name, changed) if changed != stream else None
    book = calamine.load_workbook(f"/dev/fd/{file.fileno()}" if file else path)
    since_1904 = any(record.kind == SINCE_1904 and record.content[:2] == b"\1\0" for record in globals_)
    return Workbook(sheets_of(book, stream, begins, Formats(formats_of(globals_))), since_1904)


def stream_of(path: str) -> tuple[str, bytes]:
    """The stream of the workbook's records, and its name; nothing where there is none."""
    try:
        with olefile.OleFileIO(path) as container:
            name = "Workbook" if container.exists("Workbook") else "Book"
            return name, container.openstream(name).read()
    except (OSError, ValueError, IndexError, struct.error):
        return "", b""


def sheets_of(book: calamine.CalamineWorkbook, stream: bytes, begins: list[int], formats: Formats) -> list[Sheet]:
    sheets = []
    for at, meta in enumerate(book.sheets_metadata):
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        merged: Merged = set()
        texts = functools.partial(texts_of_sheet, stream, begins[at], formats, merged) if at < len(begins) else dict
        is_hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        sheets.append(Sheet(meta.name, is_hidden, iter([Block(book.get_sheet_by_index(at), texts)]), merged))
    return sheets


def records_from(stream: bytes, at: int) -> Iterator[Record]:
    """The records from there on."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield Record(kind, stream[at + 4 : at + 4 + length], at + 4)
        at += 4 + length


def readable_stream(stream: bytes, globals_: list[Record]) -> bytes:
    """The stream as the library reads it: texts of BIFF8 are UTF-16 or Latin-1, regardless of the code page; and no
    format contains General, whose a it takes for a part of AM/PM.
    """
    changed = bytearray(stream)
    for record in globals_:
        if record.kind == CODE_PAGE and len(record.content) >= 2:
            struct.pack_into("<H", changed, record.at, UTF_16)
        if record.kind == FORMAT and GENERAL.search(format_text(record.content)):
            plain = "0" * (len(format_text(record.content)))
            encoded = plain.encode("utf-16-le") if record.content[4] & 1 else plain.encode()
            changed[record.at + 5 : record.at + 5 + len(encoded)] = encoded
    return bytes(changed)


def copy_with(path: str, name: str, stream: bytes) -> IO[bytes]:
    """A copy of the container in memory, with another content of the same length in one stream."""
    file = os.fdopen(os.memfd_create("workbook"), "w+b")
    with Path(path).open("rb") as original:
        shutil.copyfileobj(original, file)
    file.flush()
    with olefile.OleFileIO(f"/dev/fd/{file.fileno()}", write_mode=True) as container:
        container.write_stream(name, stream)
    return file


def formats_of(globals_: list[Record]) -> dict[int, str]:
    """The number format of each cell style, by the style's number."""
    codes = dict(BUILT_IN)
    for record in globals_:
        if record.kind == FORMAT and len(record.content) > 5:
            codes[int.from_bytes(record.content[:2], "little")] = format_text(record.content)
    keys = [int.from_bytes(record.content[2:4], "little") for record in globals_ if record.kind == CELL_FORMAT]
    return {at: codes[key] for at, key in enumerate(keys) if key in codes}


def format_text(content: bytes) -> str:
    """The text of a FORMAT record, after its key, length and flags."""
    length, wide = int.from_bytes(content[2:4], "little"), content[4:5] == b"\1"
    return (
        content[5 : 5 + 2 * length].decode("utf-16-le", "replace")
        if wide
        else content[5 : 5 + length].decode("latin-1")
    )


def texts_of_sheet(stream: bytes, begin: int, formats: Formats, merged: Merged) -> Texts:
    """The cells that the library does not read correctly in the sheet whose records begin there: errors, formulas
    without a result, numbers and texts whose format adds to them. Refuses two cells in one place: one would be lost.
    """
    found: Texts = {}
    places: list[bytes] = []
    depth = 0  # a chart within the sheet has records of its own
    for record in records_from(stream, begin):
        kind, content = record.kind, record.content
        depth += (kind == BEGIN) - (kind == END)
        if depth == 0:
            break
        if depth == 1 and kind == MERGED:
            add_merged(content, merged)
        if depth > 1 or len(content) < 8:
            continue
        if kind in CELLS:
            places.append(content[:4])
        row, column = struct.unpack_from("<HH", content)
        if kind == ERROR and content[7] == 1:
            found.setdefault(row + 1, []).append((column, ERRORS.get(content[6], NOT_AVAILABLE)))
        elif kind == FORMULA and content[6] == 2 and content[12:14] == b"\xff\xff":
            found.setdefault(row + 1, []).append((column, ERRORS.get(content[8], NOT_AVAILABLE)))
        elif kind == FORMULA and is_uncalculated(content):
            found.setdefault(row + 1, []).append((column, UNCALCULATED))
        elif kind in CELLS and (shown := list(shown_otherwise(record, formats))):
            found.setdefault(row + 1, []).extend(shown)
    if len({*places}) < len(places):
        refuse("workbook_unreadable")
    return found


def shown_otherwise(cells: Record, formats: Formats) -> Iterator[tuple[int, str]]:
    """Columns with what the sheet shows of numbers and texts whose format adds to them."""
    kind, content = cells.kind, cells.content
    column, style = struct.unpack_from("<HH", content, 2)
    is_text = kind == FORMULA and content[6] == 0 and content[12:14] == b"\xff\xff"
    if style in formats.texts and (is_text or kind in (LABEL, SHARED_TEXT)):
        yield column, formats.texts[style]
    if formats.numbers and kind in (NUMBER, RK, MULTIPLE_RK, FORMULA):
        for at, of_number, value in numbers_of(kind, column, content):
            if of_number in formats.numbers:
                yield at, marked_number(value, formats.numbers[of_number])


def add_merged(content: bytes, merged: Merged) -> None:
    """Add the cells of a record that are merged over several rows."""
    for first, last, left, right in struct.iter_unpack("<4H", content[2 : 2 + (len(content) - 2) // 8 * 8]):
        if first != last and len(merged) < MOST_MERGED:
            merged.add((first + 1, last + 1, left + 1, right + 1))


def is_uncalculated(formula: bytes) -> bool:
    """Whether a program wrote the formula that does not calculate: whoever opens the workbook has to."""
    return bool(formula[14:15]) and bool(formula[14] & CALCULATED_ON_OPENING) and formula[6:14] in NO_RESULTS


def numbers_of(kind: int, column: int, content: bytes) -> Iterator[tuple[int, int, float]]:
    """Column, style and value of the numbers in a record."""
    if kind == MULTIPLE_RK:
        for at in range((len(content) - 6) // 6):
            style, value = struct.unpack_from("<HI", content, 4 + 6 * at)
            yield column + at, style, packed_number(value)
    elif kind == RK and len(content) >= 10:
        style, value = struct.unpack_from("<HI", content, 4)
        yield column, style, packed_number(value)
    elif len(content) >= 14 and content[12:14] != b"\xff\xff":
        style, number = struct.unpack_from("<Hd", content, 4)
        yield column, style, number


def packed_number(value: int) -> float:
    """The number of an RK value: 30 bits of an integer or of a float, perhaps in hundredths."""
    if value & 2:
        number = float((value >> 2) - ((value & 0x80000000) >> 1))
    else:
        number = float(struct.unpack("<d", struct.pack("<II", 0, value & 0xFFFFFFFC))[0])
    return number / 100 if value & 1 else number
