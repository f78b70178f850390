"""A zip archive, which stands for the one table in it."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from employment_warehouse.reading.content import (
    Text,
    Workbook,
    blocks_of,
    check_inflation,
    checked_format,
    damaged,
    too_large,
)
from employment_warehouse.reading.formats import ZIP_ERRORS
from employment_warehouse.reading.refusals import empty_file
from employment_warehouse.reading.table import Refused

_TABLES = (".csv", ".csv.gz", ".xlsx", ".xls", ".tsv", ".txt")
_RECOGNISED = (".ods", ".fods", ".xlsb", ".xlsm", ".et", ".gz", ".zip")  # tables too, read or known for what they are
# What may lie beside a table in an archive: documents, pictures, files of a system.
_IGNORED_SUFFIXES = (
    *(".doc", ".docx", ".wps", ".pdf", ".ofd", ".ppt", ".pptx", ".dps", ".jpg", ".jpeg", ".png", ".gif", ".bmp"),
    *(".tif", ".tiff", ".webp", ".heic", ".mp3", ".mp4", ".url", ".lnk", ".ini", ".db", ".ico", ".sig", ".log"),
)
_DATABASE_SUFFIXES = (".dbf", ".mdb", ".accdb")
_LARGEST_WORKBOOK = 256 << 20

_DIRECTORY_ENTRY = b"PK\x01\x02"
_UTF8_FLAG = 0x08  # in the second byte of the flags


def open_archive(path: Path, fits: Callable[[Text | Workbook], bool]) -> Text | Workbook:
    """The table in an archive; fits: whether one of several is the one that is searched for.

    Raises Refused: empty_archive, archive_member_ambiguous, and what the table itself is refused for.
    """
    archive = _archive(path)
    members = [member for member in archive.infolist() if _may_be_table(member)]
    tables = [member for member in members if _name(member).lower().endswith(_TABLES + _RECOGNISED)]
    if len(members) == 1:
        return _open_member(archive, members[0])  # whatever it is called
    fitting = [member for member in members if _fits(archive, member, fits)]
    if not tables and not fitting:
        raise Refused("empty_archive", expected="、".join(_TABLES))
    if len(tables) == 1 and set(fitting) <= set(tables):
        return _open_member(archive, tables[0])  # read, or refused for what it lacks
    if len(fitting) != 1:
        raise Refused("archive_member_ambiguous", "tables", count=len(members))
    return _open_member(archive, fitting[0])


def _archive(path: Path) -> zipfile.ZipFile:
    """The archive. Names are in the encoding of whatever packed it, and only the content counts: a name that claims to
    be UTF-8 and is not is read like the others.
    """
    data: Path | BytesIO = path
    for _ in range(2):
        try:
            return zipfile.ZipFile(data)
        except UnicodeDecodeError:
            data = BytesIO(_without_utf8_flags(path.read_bytes()))
        except ZIP_ERRORS:
            break
    raise damaged(path.name)


def _without_utf8_flags(data: bytes) -> bytes:
    """The archive with no name in its directory marked as UTF-8."""
    changed = bytearray(data)
    at = data.find(_DIRECTORY_ENTRY)
    while at >= 0:
        changed[at + 9] &= ~_UTF8_FLAG
        at = data.find(_DIRECTORY_ENTRY, at + 1)
    return bytes(changed)


def _name(member: zipfile.ZipInfo) -> str:
    """A member's name in UTF-8 or GB 18030, whichever it is; otherwise with its odd characters."""
    if not member.flag_bits & _UTF8_FLAG << 8:
        raw = member.filename.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    return member.filename


def _may_be_table(member: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(_name(member).replace("\\", "/"))
    hidden = name.name.startswith((".", "~$")) or "__MACOSX" in name.parts
    return not member.is_dir() and not hidden and not name.name.lower().endswith(_IGNORED_SUFFIXES)


def _fits(archive: zipfile.ZipFile, member: zipfile.ZipInfo, fits: Callable[[Text | Workbook], bool]) -> bool:
    """Whether a member may be the table that is searched for; what cannot be opened may be."""
    if _name(member).lower().endswith(_DATABASE_SUFFIXES):
        return True
    try:
        return fits(_open_member(archive, member))
    except Refused as refusal:
        return refusal.code != "empty_file"


def _open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Text | Workbook:
    if member.flag_bits & 1:
        raise Refused("password_protected")
    check_inflation(member.file_size, member.compress_size)
    if not member.file_size:
        raise empty_file()
    kind = checked_format(_opened(archive, member), _name(member))
    if kind == "text":
        return Text(lambda: _member_blocks(archive, member))
    if kind in ("zip", "gzip"):
        raise Refused("archive_member_ambiguous", "inner_archive")
    if member.file_size > _LARGEST_WORKBOOK:
        raise too_large(member.file_size)
    file = os.fdopen(os.memfd_create("workbook"), "w+b")
    for block in _member_blocks(archive, member):
        file.write(block)
    file.flush()
    return Workbook(file, kind)


def _member_blocks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    total = 0
    try:
        for block in blocks_of(_opened(archive, member)):
            total += len(block)
            check_inflation(total, member.compress_size)
            yield block
    except ZIP_ERRORS:
        raise damaged(_name(member)) from None


def _opened(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    try:
        return archive.open(member)  # type: ignore[return-value]
    except ZIP_ERRORS:
        raise damaged(_name(member)) from None
