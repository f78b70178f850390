"""What the library hides of a sheet, found in its XML: error values, formulas without a result, merged cells."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable

from .protocol import refuse

PIECE = 2 << 20  # bytes of a large sheet's XML that are read at a time
MOST_MERGED = 1000  # that are told
NOT_AVAILABLE = "#N/A"


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


Errors = dict[int, list[tuple[int, str]]]  # row → columns from 0, with their text
FindErrors = Callable[[], Errors]
Merged = set[tuple[int, int, int, int]]  # first row, last row, first column, last column; from 1


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


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
