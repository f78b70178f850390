"""The process in which a workbook is opened: `python -I workbook_child.py FD KIND`; it imports nothing of ours.

It limits its own memory and processor time, opens nothing but that file, and speaks on standard output: lines of JSON,
followed by rows where they say so. First the sheets with their first rows; then, told on standard input which ones to
take, all their rows. Cells are parted by U+001F, rows by U+001E; U+0001 stands before what is not text in the workbook.
"""

import datetime
import decimal
import gc
import itertools
import json
import os
import re
import resource
import sys
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import python_calamine as calamine

MEMORY = 512 << 20
SECONDS = 10
HEAD = 80
BATCH = 25_000

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
    rb'<c\s(?=[^>]*\st="e")[^>]*?r="([A-Z]{1,3})(\d{1,7})"[^>]*>(?:(?!</c>).)*?<v>([^<]{1,20})</v>', re.S
)
SHEET = re.compile(rb'<sheet\s[^>]*?\br:id="([^"]+)"')
TARGET = re.compile(rb"<Relationship\s[^>]*>")

Errors = dict[int, list[tuple[int, str]]]  # row → columns from 0, with their text


def main() -> None:
    path, kind = f"/dev/fd/{sys.argv[1]}", sys.argv[2]
    gc.disable()  # rows are many small lists, and none of them knows another
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        if kind == "xlsx":
            speak(path, *check_archive(path))
        else:
            check_compound(path)
            speak(path, None, [])
    except MemoryError:
        refuse("too_many_cells_declared")


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
        return archive, sheet_parts(archive, members)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, RuntimeError, EOFError, zlib.error):
        refuse("workbook_unreadable")


def check_cells(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """A sheet becomes a rectangle in memory up to its last cell; see to it that it is not that far off."""
    with archive.open(member) as part:
        xml = part.read(LOOKED_INTO)
        if part.read(1):
            found = DIMENSION.search(xml, 0, 4096)
            cells = [found.groups()] if found and member.file_size < LOOKED_INTO * 2 else []
        else:
            cells = FAR_CELL.findall(xml)
    if not cells:
        return
    rows = [int(row) for _, row in cells]
    columns = [column_number(letters) for letters, _ in cells]
    area = (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)
    if area > MOST_CELLS:
        refuse("too_many_cells_declared")


def sheet_parts(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> list[zipfile.ZipInfo | None]:
    """The archive member of each sheet, by its place in the workbook; None where it cannot be told."""
    if "xl/workbook.xml" not in members or "xl/_rels/workbook.xml.rels" not in members:
        return []
    targets = {}
    for relation in TARGET.findall(archive.read("xl/_rels/workbook.xml.rels")):
        key, target = attribute(relation, b"Id"), attribute(relation, b"Target")
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        targets[key] = members.get(name)
    return [targets.get(key.decode(errors="replace")) for key in SHEET.findall(archive.read("xl/workbook.xml"))]


def attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + name + rb'="([^"]*)"', tag)
    return found[1].decode(errors="replace") if found else ""


def check_compound(path: str) -> None:
    """An encrypted xlsx is an OLE file too."""
    with Path(path).open("rb") as file:
        if "EncryptedPackage".encode("utf-16-le") in file.read(64 << 20):
            refuse("password_protected")


def speak(path: str, archive: zipfile.ZipFile | None, parts: list[zipfile.ZipInfo | None]) -> None:
    """Open the workbook, show the heads of its sheets, send what is asked for."""
    with ThreadPoolExecutor(1) as scanner:  # looks for error cells while the library reads
        scans = [scanner.submit(error_cells, archive, part) for part in parts] if archive else []
        try:
            book = calamine.load_workbook(path)
            places = [
                at for at, meta in enumerate(book.sheets_metadata) if meta.typ == calamine.SheetTypeEnum.WorkSheet
            ]
            sheets = [book.get_sheet_by_index(at) for at in places]
        except MemoryError:
            raise
        except calamine.PasswordError:
            refuse("password_protected")
        except Exception as error:
            refuse("password_protected" if "assword" in str(error) else "workbook_unreadable")
        if any(sheet.width > MOST_COLUMNS for sheet in sheets):
            refuse("too_many_cells_declared")
        say({"sheets": [{"name": sheet.name, "head": head_of(sheet)} for sheet in sheets]})
        for take in json.loads(sys.stdin.readline()):
            place = places[take]
            send(sheets[take], scans[place].result() if place < len(scans) else {})
        say({"end": True})


def head_of(sheet: Any) -> list[list[str]]:
    rows = itertools.islice(sheet.iter_rows(), HEAD)
    return [[text_of(value).removeprefix(NO_TEXT) for value in row] for row in rows]


def send(sheet: Any, errors: Errors) -> None:
    """All rows of a sheet, from its first on, in batches."""
    first_column = (sheet.start or (0, 0))[1]
    rows = sheet.iter_rows()
    first_row = 1
    while batch := list(itertools.islice(rows, BATCH)):
        lines = list(map(line_of, batch))
        for row in errors.keys() & set(range(first_row, first_row + len(batch))) if errors else ():
            lines[row - first_row] = with_errors(lines[row - first_row], errors[row], first_column)
        text = ROW.join(lines) + ROW
        if text.count(CELL) != (sheet.width - 1) * len(batch) or text.count(ROW) != len(batch):
            text = "".join(line_of([without_marks(value) for value in row]) + ROW for row in batch)
        data = text.encode(errors="replace")
        say({"row": first_row, "rows": len(batch), "bytes": len(data)})
        sys.stdout.buffer.write(data)
        first_row += len(batch)
    say({"sheet_end": True})


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
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    text = f"{value:.15g}"  # what Excel keeps
    return format(decimal.Decimal(text), "f") if "e" in text else text


def error_cells(archive: zipfile.ZipFile, part: zipfile.ZipInfo | None) -> Errors:
    """#N/A and the like, which the library gives as empty."""
    found: Errors = {}
    if part is None:
        return found
    rest = b""
    with archive.open(part) as xml:
        while chunk := xml.read(1 << 20):
            data = rest + chunk
            end = data.rfind(b"</c>") + len(b"</c>")
            if b't="e"' in data:
                for letters, row, text in ERROR_CELL.findall(data, 0, end):
                    found.setdefault(int(row), []).append((column_number(letters) - 1, text.decode(errors="replace")))
            rest = data[end:][-65536:]
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
    say({"refused": code})
    os._exit(0)


if __name__ == "__main__":
    main()
