"""A sheet in pieces: cut from its XML between rows, corrected, and read by the library one by one."""

from __future__ import annotations

import copy
import functools
import html
import os
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import python_calamine as calamine

from .archive import FORMAT, Package, attribute
from .losses import refuse_losses
from .markup import PIECE, CellRules, Merged, find_merged, readable_rows
from .number_formats import GENERAL
from .protocol import refuse
from .sheets import Block

SLOT = 2 * PIECE
USUAL_ROW = 32 << 10  # bytes of XML that a row takes at most, as a rule
LONGEST_TAG = 256

SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData(?:\s[^>]*)?>")
END_OF_ROWS = re.compile(rb"</(?:\w+:)?sheetData\s*>")
ROW_BEGIN = re.compile(rb'<(?:\w+:)?row\s(?:[^>]*\s)?r="\d')
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ROOT = (
    f'<Relationships><Relationship Id="r" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)


class Slot:
    """A copy of the workbook in memory, its parts under their usual names, with one sheet whose part can be rewritten.

    The library reads a part whenever it is asked for the sheet, so sheets of any length pass through in pieces, which
    costs little memory, and rows are sent while the next ones are read. Before the rows there is an empty list of
    merged cells: searching for one, the library would go through all rows again. There is no dimension, which may be
    wrong.
    """

    BEGIN, END = b"<worksheet><mergeCells></mergeCells><sheetData>", b"</sheetData></worksheet>"

    def __init__(self, path: str, package: Package, place: int) -> None:
        """place: of the sheet to rewrite, among all sheets."""
        self._place = place
        self._lock = threading.Lock()
        self._file = os.fdopen(os.memfd_create("workbook"), "w+b")
        with Path(path).open("rb") as file:
            shutil.copyfileobj(file, self._file)
        with zipfile.ZipFile(self._file, "a") as archive:
            archive.filelist, archive.NameToInfo = [], {}
            for part, name in ((package.workbook, "xl/workbook.xml"), (package.strings, "xl/sharedStrings.xml")):
                if part:
                    kept = copy.copy(part)
                    kept.filename = name
                    archive.filelist.append(kept)
            if package.styles:
                archive.writestr("xl/styles.xml", without_general(package.archive.read(package.styles)))
            archive.writestr("_rels/.rels", ROOT)
            archive.writestr("xl/_rels/workbook.xml.rels", relationships_of(package, place))
            archive.writestr("xl/worksheets/sheet.xml", bytes(SLOT))
            member = archive.getinfo("xl/worksheets/sheet.xml")
            self._begin = member.header_offset + len(member.FileHeader())
        self._file.flush()
        self.book = calamine.load_workbook(f"/dev/fd/{self._file.fileno()}")

    def block(self, rules: CellRules, rows: bytes) -> Block:
        """The rows as the library reads them, unless it would lose some."""
        texts, check = functools.partial(rules.texts, rows), functools.partial(refuse_losses, rows)
        with self._lock:
            os.pwritev(self._file.fileno(), (self.BEGIN, readable_rows(rows), self.END), self._begin)
            return Block(self.book.get_sheet_by_index(self._place), texts, check)


def relationships_of(package: Package, place: int) -> bytes:
    """The relationships of the copy's workbook; only the sheet at that place has a part."""
    kept = "".join(
        f'<Relationship Id="{html.escape(key)}" Type="{RELATION}/{html.escape(kind)}"'
        f' Target="worksheets/{"sheet" if at == place else f"other{at}"}.xml"/>'
        for at, (key, kind, _) in enumerate(package.sheets)
    )
    return f"<Relationships>{kept}</Relationships>".encode()


def without_general(styles: bytes) -> bytes:
    """The styles with plain General for every format that contains it: the library takes the a of General/天 for a part
    of AM/PM, and the number for a date.
    """

    def plain(found: re.Match[bytes]) -> bytes:
        if not GENERAL.search(html.unescape(attribute(found[0], b"formatCode"))):
            return found[0]
        return re.sub(rb"""(\sformatCode=)(?:"[^"]*"|'[^']*')""", rb'\1"General"', found[0])

    return FORMAT.sub(plain, styles)


def rows_in_pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo, merged: Merged) -> Iterator[bytes]:
    """The rows of a sheet, in XML, cut between rows; nothing of a sheet that cannot be cut.

    Merged cells after the rows are added to `merged`.
    """
    with archive.open(part) as file:
        data = file.read(PIECE)
        begin = SHEET_DATA.search(data)
        if not begin or not is_markup(data, begin.end()) or begin[0].endswith(b"/>"):
            return
        if end_of_rows(data) is None and not last_row(data):
            return
        data = data[begin.end() :]
        while True:
            if (end := end_of_rows(data)) is not None:
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
    """Where the last row with a number begins; 0 where that is not certain."""
    for searched in (USUAL_ROW, len(data)):
        starts = [found.start() for found in ROW_BEGIN.finditer(data, max(0, len(data) - searched))]
        if starts:
            return starts[-1] if is_markup(data, starts[-1]) else 0
    return 0


def end_of_rows(data: bytes) -> int | None:
    """Where the element of the rows ends; None where it does not."""
    may_end = b"h" in data and b"sheetData" in data  # a single byte is found ten times as fast
    found = END_OF_ROWS.search(data) if may_end else None
    return found.start() if found and is_markup(data, found.start()) else None


def is_markup(data: bytes, at: int) -> bool:
    """Whether a place is outside comments and CDATA."""
    if b"!" not in data:  # as a rule
        return True
    quotes = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"))
    return all(data.rfind(opening, 0, at) <= data.rfind(closing, 0, at) for opening, closing in quotes)
