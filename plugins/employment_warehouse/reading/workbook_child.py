"""The process in which a workbook is opened: `python -I workbook_child.py FD KIND`; it imports nothing of ours.

It limits its own memory and processor time, opens nothing but that file, and speaks on standard output: lines of JSON,
followed by rows where they say so. First the sheets with their first rows; then, told on standard input which ones to
take, all their rows. Cells are parted by U+001F, rows by U+001E; U+0001 stands before what is not text in the workbook.
"""

from __future__ import annotations

import datetime
import decimal
import functools
import gc
import itertools
import json
import os
import re
import resource
import shutil
import struct
import sys
import threading
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import olefile
import python_calamine as calamine

MEMORY = 512 << 20
SECONDS = 10
HEAD = 80
BATCH = 25_000
PIECE = 2 << 20  # bytes of a large sheet's XML that are read at a time
SLOT = 2 * PIECE
USUAL_ROW = 32 << 10  # bytes of XML that a row takes at most, as a rule

MOST_INFLATED = 1 << 30
MOST_INFLATION = 100  # : 1; sheets of people reach 20 : 1
NEVER_SUSPICIOUS = 32 << 20
MOST_CELLS = 16_000_000
MOST_COLUMNS = 16_384  # what Excel has
LOOKED_INTO = 4 << 20  # bytes of a sheet whose cells are all looked at before it is opened

CELL, ROW, NO_TEXT = "\x1f", "\x1e", "\x01"
NO_MARKS = str.maketrans({CELL: "\ufffd", ROW: "\ufffd"})

FAR_CELL = re.compile(rb'<c\s(?:[^>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"[^>]*[^/]>')
DIMENSION = re.compile(rb'<dimension\s+ref="(?:[A-Z]+\d+:)?([A-Z]{1,3})(\d{1,7})"')
ERROR_CELL = re.compile(
    rb"""<(?:\w+:)?c\s(?=[^>]*\bt=["']e["'])[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*>"""
    rb"""(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]{1,20})</""",
    re.S,
)
# A formula whose result is not there.
BARE_FORMULA = re.compile(
    rb"""<(?:\w+:)?c(\s[^>]*|)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"""
    rb"""(<(?:\w+:)?v(?:\s*/>|>\s*</(?:\w+:)?v>)\s*)?</(?:\w+:)?c\s*>"""
)
PLACE = re.compile(rb"""\sr=["']([A-Z]{1,3})(\d{1,7})["']""")
IS_TEXT = re.compile(rb"""\st=["']str["']""")
NAMELESS_ERROR = re.compile(rb"""<(?:\w+:)?c(?![^>]*\sr=)[^>]*\st=["']e["']""")
MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
MOST_MERGED = 1000  # that are told
LONGEST_TAG = 256
NOT_AVAILABLE = "#N/A"
EXACT = 1e15  # a worksheet keeps fifteen digits

BIFF_END, BIFF_BEGIN, BIFF_ENCRYPTED, BIFF_SHEET = 0x0A, 0x809, 0x2F, 0x85
BIFF_FORMULA, BIFF_ERROR, BIFF_MERGED = 0x06, 0x205, 0xE5
BIFF_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: NOT_AVAILABLE,
}

SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData(?:\s[^>]*)?>")
END_OF_ROWS = re.compile(rb"</(?:\w+:)?sheetData\s*>")
ROW_BEGIN = re.compile(rb'<(?:\w+:)?row\s(?:[^>]*\s)?r="\d')
SHEET = re.compile(rb"""<(?:\w+:)?sheet\s[^>]*?\s\w+:id=["']([^"']+)["']""")
TARGET = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")

Item = TypeVar("Item")
Errors = dict[int, list[tuple[int, str]]]  # row → columns from 0, with their text
FindErrors = Callable[[], Errors]
Merged = set[tuple[int, int, int, int]]  # first row, last row, first column, last column; from 1
Strays = dict[int, str]  # row → what stands beside the sheet's columns


class Refusal(Exception):
    """Why the workbook is not read: one of the codes that the reader knows."""


def main() -> None:
    path, kind = f"/dev/fd/{sys.argv[1]}", sys.argv[2]
    gc.disable()  # rows are many small lists, and none of them knows another
    sys.setswitchinterval(0.0002)  # the library gives the interpreter back for a moment only; a tenth of the time
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEMORY, MEMORY))  # for a copy in memory
    try:
        if kind == "xlsx":
            archive, parts = check_archive(path)
            merged: list[Merged] = [set() for _ in parts]
            large = {at: part for at, part in enumerate(parts) if part and part.file_size > PIECE}
            speak(
                path,
                [
                    functools.partial(errors_of_part, archive, part, merged[at]) if part else dict
                    for at, part in enumerate(parts)
                ],
                {at: prefetch(rows_in_pieces(archive, part, merged[at])) for at, part in large.items()},
                merged,
            )
        else:
            speak(path, *check_compound(path))
    except Refusal as refusal:
        end(str(refusal))
    except MemoryError:
        end("too_many_cells_declared")


def end(code: str) -> NoReturn:
    """Say why, and go, whatever other threads are at."""
    say({"refused": code})
    os._exit(0)


def check_archive(path: str) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo | None]]:
    """Refuse what declares too much before anything is inflated; the names of the sheets' parts, in their order."""
    try:
        archive = zipfile.ZipFile(path)
        members = {member.filename: member for member in archive.infolist()}
        inflated = sum(member.file_size for member in members.values())
        packed = sum(member.compress_size for member in members.values())
        if inflated > MOST_INFLATED or (inflated > NEVER_SUSPICIOUS and inflated > packed * MOST_INFLATION):
            refuse("too_large_inflated")
        if any(member.flag_bits & 1 for member in members.values()):
            refuse("password_protected")
        for name, member in members.items():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                check_cells(archive, member)
        return archive, sheet_parts(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, RuntimeError, EOFError, zlib.error):
        refuse("workbook_unreadable")


def check_cells(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """A sheet becomes a rectangle in memory up to its last cell; see to it that it is not that far off."""
    if member.file_size > LOOKED_INTO * 2:
        return  # its rows are there, and the limit of memory is
    with archive.open(member) as part:
        xml = part.read(LOOKED_INTO)
        if part.read(1):
            found = DIMENSION.search(xml, 0, 4096)
            cells = [found.groups()] if found else []
        else:
            cells = FAR_CELL.findall(xml)
    if not cells:
        return
    rows = [int(row) for _, row in cells]
    columns = [column_number(letters) for letters, _ in cells]
    area = (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)
    if area > MOST_CELLS:
        refuse("too_many_cells_declared")


def sheet_parts(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo | None]:
    """The archive member of each sheet, by its place in the workbook; None where it cannot be told."""
    members = archive.NameToInfo
    if "xl/workbook.xml" not in members or "xl/_rels/workbook.xml.rels" not in members:
        return []
    targets = {}
    for relation in TARGET.findall(archive.read("xl/_rels/workbook.xml.rels")):
        key, target = attribute(relation, b"Id"), attribute(relation, b"Target")
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        targets[key] = members.get(name)
    return [targets.get(key.decode(errors="replace")) for key in SHEET.findall(archive.read("xl/workbook.xml"))]


def attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + name + rb"""=["']([^"']*)["']""", tag)
    return found[1].decode(errors="replace") if found else ""


def check_compound(path: str) -> tuple[list[FindErrors], dict[int, Iterator[bytes]], list[Merged]]:
    """Refuse an encrypted workbook (an encrypted xlsx is an OLE file too); what `speak` wants to know of the sheets."""
    with Path(path).open("rb") as file:
        if "EncryptedPackage".encode("utf-16-le") in file.read(64 << 20):
            refuse("password_protected")
    try:
        with olefile.OleFileIO(path) as container:
            stream = container.openstream("Workbook" if container.exists("Workbook") else "Book").read()
    except (OSError, ValueError, IndexError, struct.error):
        return [], {}, []  # whatever it is, the library will say
    first_records = list(itertools.takewhile(lambda record: record[0] != BIFF_END, biff_records(stream, 0)))
    if any(kind == BIFF_ENCRYPTED for kind, _ in first_records):
        refuse("password_protected")
    begins = [int.from_bytes(content[:4], "little") for kind, content in first_records if kind == BIFF_SHEET]
    merged: list[Merged] = [set() for _ in begins]
    errors = [functools.partial(errors_of_old_sheet, stream, *found) for found in zip(begins, merged, strict=True)]
    return [*errors], {}, merged


def biff_records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Kind and content of the records from there on."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def speak(
    path: str, errors: Sequence[FindErrors], pieces: dict[int, Iterator[bytes]], merged: Sequence[Merged]
) -> None:
    """Open the workbook, show the heads of its sheets, send what is asked for."""
    try:
        sheets = opened(path, errors, pieces, merged)
        say({"sheets": [{"name": sheet.name, "hidden": sheet.is_hidden, "head": sheet.head} for sheet in sheets]})
        for take in json.loads(sys.stdin.readline()):
            send(sheets[take])
        say({"end": True})
    except (MemoryError, Refusal):
        raise
    except calamine.PasswordError:
        refuse("password_protected")
    except Exception as error:
        refuse("password_protected" if "assword" in str(error) else "workbook_unreadable")


def opened(
    path: str, errors: Sequence[FindErrors], pieces: dict[int, Iterator[bytes]], merged: Sequence[Merged]
) -> list[Sheet]:
    """The worksheets; of large ones the first piece has been read.

    errors: how to find the error cells of each sheet, by its place in the workbook; pieces: the rows of the large ones;
    merged: fills up while a sheet is read.
    """
    begun = {at: first for at, rows in pieces.items() if (first := next(rows, b""))}
    slot = Slot(path, min(begun)) if begun else None
    book = slot.book if slot else calamine.load_workbook(path)
    sheets = []
    blocks: Iterator[Block]
    for at, meta in enumerate(book.sheets_metadata):
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if slot and at in begun:
            blocks = map(slot.block, itertools.chain([begun[at]], pieces[at]))
            if at == min(begun):  # the one that is asked for, as a rule
                blocks = prefetch(blocks)
        else:
            blocks = iter([Block(book.get_sheet_by_index(at), errors[at] if at < len(errors) else dict)])
        is_hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        sheets.append(Sheet(meta.name, is_hidden, blocks, merged[at] if at < len(merged) else set()))
    return sheets


class Slot:
    """A copy of the workbook in memory in which one sheet's part can be written anew, for the library to read.

    The library reads a part whenever it is asked for the sheet, so a sheet of any length goes through in pieces,
    which costs little memory, and its rows are sent while the next ones are read. Before the rows stands an empty list
    of merged cells: looking for one, the library would go through all rows once more.
    """

    BEGIN, END = b"<worksheet><mergeCells></mergeCells><sheetData>", b"</sheetData></worksheet>"

    def __init__(self, path: str, place: int) -> None:
        self._place = place
        self._lock = threading.Lock()
        self._file = os.fdopen(os.memfd_create("workbook"), "w+b")
        with Path(path).open("rb") as file:
            shutil.copyfileobj(file, self._file)
        with zipfile.ZipFile(self._file, "a") as archive:
            part = sheet_parts(archive)[place]
            assert part
            archive.filelist.remove(archive.NameToInfo.pop(part.filename))
            archive.writestr(part.filename, bytes(SLOT))
            member = archive.getinfo(part.filename)
            self._begin = member.header_offset + len(member.FileHeader())
        self._file.flush()
        self.book = calamine.load_workbook(f"/dev/fd/{self._file.fileno()}")

    def block(self, rows: bytes) -> Block:
        with self._lock:
            os.pwritev(self._file.fileno(), (self.BEGIN, rows, self.END), self._begin)
            return Block(self.book.get_sheet_by_index(self._place), functools.partial(error_cells, rows))


def rows_in_pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo, merged: Merged) -> Iterator[bytes]:
    """The rows of a large sheet, in XML, cut between rows; nothing of a sheet that cannot be cut."""
    with archive.open(part) as file:
        data = file.read(PIECE)
        begin, cut = SHEET_DATA.search(data), last_row(data)
        if not begin or not cut or not is_markup(data, begin.end()) or end_of_rows(data):
            return
        data = data[begin.end() :]
        while True:
            if end := end_of_rows(data):
                yield data[:end]
                data = data[end:]
                break
            cut = last_row(data)
            if cut:
                yield data[:cut]
            more = file.read(PIECE)
            data = data[cut:] + more
            if len(data) > SLOT - 4096:
                refuse("too_many_cells_declared")  # in one row
            if not more:
                refuse("workbook_unreadable")  # the rows have no end
        find_merged(data, merged)
        while more := file.read(PIECE):  # to the end, where the checksum is compared
            data = data[-LONGEST_TAG:] + more
            find_merged(data, merged)


def last_row(data: bytes) -> int:
    """Where the last row begins that says its number; 0 where that is not sure."""
    for searched in (USUAL_ROW, len(data)):
        starts = [found.start() for found in ROW_BEGIN.finditer(data, max(0, len(data) - searched))]
        if starts:
            return starts[-1] if is_markup(data, starts[-1]) else 0
    return 0


def end_of_rows(data: bytes) -> int:
    """Where the rows' element ends; 0 where it does not."""
    found = END_OF_ROWS.search(data) if b"sheetData" in data else None
    return found.start() if found and is_markup(data, found.start()) else 0


def is_markup(data: bytes, at: int) -> bool:
    """Whether a place is in no comment and in no CDATA."""
    if b"!" not in data:  # as a rule
        return True
    quotes = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"))
    return all(data.rfind(opening, 0, at) <= data.rfind(closing, 0, at) for opening, closing in quotes)


class Block:
    """Rows of a sheet that follow each other, as a rectangle."""

    def __init__(self, sheet: Any, errors: FindErrors) -> None:
        if sheet.width > MOST_COLUMNS:
            refuse("too_many_cells_declared")
        first: tuple[int, int] = sheet.start or (0, 0)
        self.first_row, self.first_column = first  # from 0
        self.height: int = sheet.height
        self.width: int = sheet.width
        self.rows = sheet.to_python
        self.errors = errors


class Sheet:
    """A sheet that is read from its first block on; its columns are those of that block."""

    def __init__(self, name: str, is_hidden: bool, blocks: Iterator[Block], merged: Merged) -> None:
        self.name, self.is_hidden, self.merged = name, is_hidden, merged
        first = next(blocks)
        self.blocks = itertools.chain([first], blocks)
        self.first_column, self.width = first.first_column, first.width
        above = min(first.first_row, HEAD)
        rows = first.rows(nrows=HEAD - above)
        self.head = [[""] * self.width] * above + [
            [text_of(value).removeprefix(NO_TEXT) for value in row] for row in rows
        ]

    def rows(self, block: Block) -> tuple[list[list[Any]], Strays]:
        """The block's rows in the sheet's columns, and what stands in other columns."""
        rows: list[list[Any]] = block.rows()
        left = self.first_column - block.first_column
        if left == 0 and block.width == self.width:
            return rows, {}
        begin, end = max(0, left), max(0, left + self.width)
        strays = {
            block.first_row + 1 + at: " ".join(text_of(value).removeprefix(NO_TEXT) for value in others)
            for at, row in enumerate(rows)
            if (others := [value for value in row[:begin] + row[end:] if value != ""])
        }
        rows = [[""] * max(0, -left) + row[begin:end] for row in rows]
        return [row + [""] * (self.width - len(row)) for row in rows], strays


def send(sheet: Sheet) -> None:
    """All rows of a sheet, in batches, while the next block is being read."""
    row_before = -1
    for block in prefetch(sheet.blocks):
        if not block.height:  # rows of empty cells
            continue
        if block.first_row <= row_before:
            refuse("workbook_unreadable")  # rows in disorder
        row_before = block.first_row + block.height - 1
        (rows, strays), errors = sheet.rows(block), block.errors()
        for at in range(0, len(rows), BATCH):
            send_rows(sheet, block.first_row + 1 + at, rows[at : at + BATCH], errors, strays)
    say({"sheet_end": True, "merged": sorted(sheet.merged)})


def prefetch(items: Iterator[Item]) -> Iterator[Item]:
    """The same, with the next two being made while the last is used."""
    with ThreadPoolExecutor(1) as maker:
        coming = deque(maker.submit(next, items, None) for _ in range(2))
        while (item := coming.popleft().result()) is not None:
            coming.append(maker.submit(next, items, None))
            yield item


def send_rows(sheet: Sheet, first_row: int, rows: list[list[Any]], errors: Errors, strays: Strays) -> None:
    lines = list(map(line_of, rows))
    here = range(first_row, first_row + len(rows))
    for row in errors.keys() & set(here) if errors else ():
        lines[row - first_row] = with_errors(lines[row - first_row], errors[row], sheet.first_column)
    text = ROW.join(lines) + ROW
    if text.count(CELL) != (sheet.width - 1) * len(rows) or text.count(ROW) != len(rows):
        text = "".join(line_of([without_marks(value) for value in row]) + ROW for row in rows)
    data = text.encode(errors="replace")
    say({"row": first_row, "bytes": len(data), "strays": [(row, strays[row]) for row in strays if row in here]})
    sys.stdout.buffer.write(data)


def without_marks(value: Any) -> Any:
    return value.translate(NO_MARKS) if type(value) is str else value


def line_of(row: list[Any]) -> str:
    try:
        line = CELL.join(row)  # as a rule all cells are text
    except TypeError:
        return CELL.join(map(text_of, row))
    return line if NO_TEXT not in line else CELL.join(map(text_of, row))


def with_errors(line: str, errors: list[tuple[int, str]], first_column: int) -> str:
    cells = line.split(CELL)
    for column, text in errors:
        if 0 <= column - first_column < len(cells):
            cells[column - first_column] = text
    return CELL.join(cells)


def text_of(value: Any) -> str:
    """A cell as a human reads it."""
    if type(value) is str:
        return NO_TEXT + value if value.startswith(NO_TEXT) else value  # one mark is taken away again
    if type(value) is float:
        return NO_TEXT + number(value)
    if type(value) is bool:
        return NO_TEXT + ("TRUE" if value else "FALSE")
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{NO_TEXT}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return NO_TEXT + str(value)  # int, date, time, datetime: ISO


def number(value: float) -> str:
    if abs(value) >= EXACT:  # as a worksheet shows it: nobody shall take its digits for those that were typed
        digits, _, power = f"{value:.14E}".partition("E")
        return f"{digits.rstrip('0').rstrip('.')}E{power}"
    if value.is_integer():
        return str(int(value))
    text = f"{value:.15g}"  # what Excel keeps
    return format(decimal.Decimal(text), "f") if "e" in text else text


def errors_of_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, merged: Merged) -> Errors:
    found: Errors = {}
    rest = b""
    with archive.open(part) as file:
        while chunk := file.read(PIECE):
            data = rest + chunk
            find_merged(data, merged)
            end = max((at + len(mark) for mark in (b"</c>", b":c>") if (at := data.rfind(mark)) >= 0), default=0)
            for row, cells in error_cells(data[:end]).items():
                found.setdefault(row, []).extend(cells)
            rest = data[end:][-65536:]
    return found


def find_merged(xml: bytes, merged: Merged) -> None:
    """Cells that are merged over several rows."""
    if b"mergeCell" in xml:
        for left, first, right, last in MERGED.findall(xml):
            if first != last and len(merged) < MOST_MERGED:
                merged.add((int(first), int(last), column_number(left), column_number(right)))


def error_cells(xml: bytes) -> Errors:
    """#N/A and the like, which the library gives as empty; so does it a formula that nobody has worked out.

    A single byte is looked for ten times as fast as two.
    """
    cells: list[tuple[bytes, bytes, bytes]] = []
    if b"#" in xml:  # every error begins with it
        cells += ERROR_CELL.findall(xml)
        if NAMELESS_ERROR.search(xml):
            refuse("workbook_unreadable")  # nobody can tell where it stands
    if b"f" in xml and (b"<f" in xml or b":f" in xml):
        for attributes, is_empty in BARE_FORMULA.findall(xml):
            place = PLACE.search(attributes)
            if is_empty and IS_TEXT.search(attributes):
                continue  # an empty text is a result
            if not place:
                refuse("workbook_unreadable")
            cells.append((place[1], place[2], NOT_AVAILABLE.encode()))
    found: Errors = {}
    for letters, row, text in cells:
        found.setdefault(int(row), []).append((column_number(letters) - 1, text.decode(errors="replace")))
    return found


def errors_of_old_sheet(stream: bytes, begin: int, merged: Merged) -> Errors:
    """The same in a sheet of an xls, which begins there in the stream of its records."""
    found: Errors = {}
    depth = 0  # charts have sheets of their own within the sheet
    for kind, content in biff_records(stream, begin):
        depth += (kind == BIFF_BEGIN) - (kind == BIFF_END)
        if depth == 0:
            break
        if depth == 1 and kind == BIFF_MERGED:
            for first, last, left, right in struct.iter_unpack("<4H", content[2 : 2 + (len(content) - 2) // 8 * 8]):
                if first != last and len(merged) < MOST_MERGED:
                    merged.add((first + 1, last + 1, left + 1, right + 1))
        if depth > 1 or kind not in (BIFF_FORMULA, BIFF_ERROR) or len(content) < 8:
            continue
        row, column = struct.unpack_from("<HH", content)
        if kind == BIFF_ERROR and content[7] == 1:
            found.setdefault(row + 1, []).append((column, BIFF_ERRORS.get(content[6], NOT_AVAILABLE)))
        if kind == BIFF_FORMULA and content[6] == 2 and content[12:14] == b"\xff\xff":
            found.setdefault(row + 1, []).append((column, BIFF_ERRORS.get(content[8], NOT_AVAILABLE)))
    return found


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def say(frame: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(frame).encode() + b"\n")
    sys.stdout.buffer.flush()


def refuse(code: str) -> NoReturn:
    """Raises Refusal, which the main thread tells: another one would speak into the rows that are being sent."""
    raise Refusal(code)


if __name__ == "__main__":
    main()
