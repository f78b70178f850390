"""The smallest valid .xls: BIFF8 records in an OLE container, one sheet of texts, numbers, dates and errors."""

from __future__ import annotations

import datetime
import struct
from dataclasses import dataclass

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass(frozen=True)
class CellError:
    """An error that stands in a cell (0x2A is #N/A), by itself or as the result of a formula."""

    code: int
    of_formula: bool = False


@dataclass(frozen=True)
class CellFormula:
    """A formula with its result, as a record has it; a program that does not calculate says so."""

    result: bytes
    is_calculated: bool = False


Cell = str | float | datetime.date | CellError | CellFormula


def xls(
    rows: list[list[Cell]],
    *,
    since_1904: bool = False,
    encryption: bytes = b"",
    code_page: int | None = None,
    version: int = 0x0600,
    shown: str = "",
    merged: tuple[int, int, int, int] | None = None,
) -> bytes:
    """The bytes of a workbook with the sheet `数据`. encryption: the content of the record that announces it.

    shown: the number format of texts and numbers; merged: first and last row and column of cells that are merged.
    """
    begin_book = _record(0x0809, struct.pack("<HHHHII", version, 0x0005, 0, 0, 0, 0))
    if encryption:
        begin_book += _record(0x002F, encryption)
    if code_page is not None:
        begin_book += _record(0x0042, struct.pack("<H", code_page))
    begin_book += _record(0x0022, struct.pack("<H", since_1904))
    if shown:
        begin_book += _record(0x041E, struct.pack("<HHB", 164, len(shown), 1) + shown.encode("utf-16-le"))
    for number_format in (164 if shown else 0, 14):  # as it is; a date
        begin_book += _record(0x00E0, struct.pack("<HH", 0, number_format) + bytes(16))
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell == "":
                continue
            sheet += _cell(struct.pack("<HH", row, column), cell, since_1904)
    if merged:
        sheet += _record(0x00E5, struct.pack("<5H", 1, *merged))
    sheet += _record(0x000A, b"")
    name = "数据".encode("utf-16-le")
    bound_length = 4 + 4 + 2 + 2 + len(name)
    offset = len(begin_book) + bound_length + 4
    bound = _record(0x0085, struct.pack("<IHBB", offset, 0, 2, 1) + name)
    return _container("Workbook", begin_book + bound + _record(0x000A, b"") + sheet)


def _cell(at: bytes, cell: Cell, since_1904: bool) -> bytes:
    if isinstance(cell, str):
        return _record(0x0204, at + struct.pack("<HHB", 0, len(cell), 1) + cell.encode("utf-16-le"))
    if isinstance(cell, datetime.date):
        begin = datetime.date(1904, 1, 1) if since_1904 else datetime.date(1899, 12, 30)
        return _record(0x0203, at + struct.pack("<Hd", 1, (cell - begin).days))
    if isinstance(cell, float):
        return _record(0x0203, at + struct.pack("<Hd", 0, cell))
    if isinstance(cell, CellFormula):
        flags = 0 if cell.is_calculated else 2
        return _record(0x0006, at + struct.pack("<H8sHI", 0, cell.result, flags, 0) + bytes(2))
    if cell.of_formula:
        return _record(0x0006, at + struct.pack("<HBBBBBBH", 0, 2, 0, cell.code, 0, 0, 0, 0xFFFF) + bytes(8))
    return _record(0x0205, at + struct.pack("<HBB", 0, cell.code, 1))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _container(stream: str, content: bytes) -> bytes:
    """An OLE file with one stream: header, allocation table, directory, the stream."""
    content = content.ljust(4096, b"\0")  # shorter ones would have to go elsewhere
    n_sectors = -(-len(content) // _SECTOR)
    chain = [_FAT, _END, *range(3, 2 + n_sectors), _END]
    table = b"".join(struct.pack("<I", sector) for sector in chain).ljust(_SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<I", 0) + b"\xff" * 432
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry(stream, 2, _FREE, 2, len(content))
    return header + table + directory.ljust(_SECTOR, b"\0") + content.ljust(n_sectors * _SECTOR, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    entry = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, _FREE, _FREE, child)
    return entry + bytes(36) + struct.pack("<III", start, size, 0)
