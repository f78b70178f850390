"""A large sheet in pieces: cut from its XML between rows, and read by the library one by one."""

from __future__ import annotations

import functools
import os
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import python_calamine as calamine

from .archive import sheet_parts
from .markup import PIECE, Merged, error_cells, find_merged
from .protocol import refuse
from .sheets import Block

SLOT = 2 * PIECE
USUAL_ROW = 32 << 10  # bytes of XML that a row takes at most, as a rule
LONGEST_TAG = 256


SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData(?:\s[^>]*)?>")
END_OF_ROWS = re.compile(rb"</(?:\w+:)?sheetData\s*>")
ROW_BEGIN = re.compile(rb'<(?:\w+:)?row\s(?:[^>]*\s)?r="\d')


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
