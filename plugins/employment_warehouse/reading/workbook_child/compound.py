"""An xls as an OLE container with a stream of BIFF records."""

from __future__ import annotations

import functools
import itertools
import struct
from collections.abc import Iterator
from pathlib import Path

import olefile

from .markup import MOST_MERGED, NOT_AVAILABLE, Errors, FindErrors, Merged
from .protocol import refuse

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
