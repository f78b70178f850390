"""What a file really is, by its content; and its bytes, unpacked within limits."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from employment_warehouse.reading.encoding import BLOCK, SAMPLE
from employment_warehouse.reading.table import Refused

TABLE_ENDINGS = (".csv", ".csv.gz", ".xlsx", ".xls", ".tsv", ".txt")
_KINDS = {".csv": "text", ".tsv": "text", ".txt": "text", ".gz": "gzip", ".zip": "zip", ".xlsx": "xlsx", ".xls": "xls"}
_CALLED = {"text": "文本 text", "gzip": "gzip", "zip": "zip", "xlsx": "Excel xlsx", "xls": "Excel xls"}
_CALLED |= {"html": "网页 HTML", "pdf": "PDF", "other": "其他 something else"}

_UTMOST_INFLATION = 1032  # of deflate, on nothing at all
_MOST_INFLATION = 200  # tables stay below 60
_NEVER_SUSPICIOUS = 64 << 20
_LARGEST_INFLATED = 16 << 30
_LARGEST_WORKBOOK = 256 << 20

# How files of each kind begin (the words of HTML in lower case, behind blanks).
_MARKS = {
    "gzip": (b"\x1f\x8b",),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08\x10\x00", b"\x09\x08\x08\x00"),
    "html": (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<style", b"<meta", b"<body"),
    "pdf": (b"%PDF",),
    "other": (
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"GIF8",
        b"Rar!",
        b"7z\xbc\xaf",
        b"SQLite format",
        b"PAR1",
        b"mime-version:",
    ),
}

_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, ValueError, EOFError, RuntimeError)

Stream = Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Text:
    """A text file: its bytes, as often as asked for."""

    open: Stream


@dataclass(frozen=True)
class Workbook:
    """A workbook in an open file of its own (a workbook from an archive never touches the disk)."""

    file: IO[bytes]
    kind: str  # xlsx or xls


def open_file(path: Path, fits: Callable[[Text | Workbook], bool]) -> Text | Workbook:
    """What there is to read in a file; a zip archive stands for the one table in it.

    fits: whether a table of several in an archive is one that is looked for. Raises Refused:
    extension_mismatch, password_protected, too_large_inflated, empty_archive, archive_member_ambiguous.
    """
    kind = _kind(path.open("rb"), path.name)
    _expect(kind, path.name)
    if kind == "zip":
        return _open_archive(path, fits)
    if kind == "gzip":
        return Text(lambda: _inflated(path))
    if kind == "text":
        return Text(lambda: _blocks(path.open("rb")))
    return Workbook(path.open("rb"), kind)


def _kind(file: BinaryIO, name: str) -> str:
    with file:
        head = file.read(4096)
        if head.startswith(b"PK"):
            return _kind_of_zip(file, name)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return next((kind for kind, marks in _MARKS.items() if head.startswith(marks) or start.startswith(marks)), "text")


def _kind_of_zip(file: BinaryIO, name: str) -> str:
    try:
        names = zipfile.ZipFile(file).namelist()
    except _ZIP_ERRORS:
        raise _damaged(name) from None
    return "xlsx" if "[Content_Types].xml" in names or any(member.startswith("xl/") for member in names) else "zip"


def _expect(kind: str, name: str) -> None:
    ending = PurePosixPath(name).suffix.lower()
    promised = _KINDS.get(ending)
    if kind in ("html", "pdf", "other") or (promised and promised != kind):
        raise Refused(
            "extension_mismatch",
            f"内容是{_CALLED[kind]}，扩展名是“{ending}” | the content is {_CALLED[kind]}, the extension {ending!r}",
            expected=_CALLED.get(promised or "", "csv · csv.gz · xlsx · xls · zip"),
        )


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Small ones first, so that who takes them need not wait long to begin."""
    size = SAMPLE
    with file:
        while block := file.read(size):
            yield block
            size = min(2 * size, BLOCK)


def _inflated(path: Path) -> Iterator[bytes]:
    """The content of a gzip file, all its members."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(-min(4, size), os.SEEK_END)
        declared = int.from_bytes(file.read(4), "little")  # modulo 4 GiB; anything where the end is missing
        _check_inflation(declared if declared < size * _UTMOST_INFLATION else 0, size)
        file.seek(0)
        total = 0
        parts: list[bytes] = []
        for part in _inflated_parts(file):
            total += len(part)
            _check_inflation(total, size)
            parts.append(part)
            if sum(map(len, parts)) >= BLOCK:
                yield b"".join(parts)
                parts.clear()
        yield b"".join(parts)


def _inflated_parts(file: BinaryIO) -> Iterator[bytes]:
    """Inflate little by little: 64 KiB become 64 MiB at the worst."""
    inflate = zlib.decompressobj(wbits=31)
    begun = False
    data = b""
    while data := data or file.read(64 << 10):
        try:
            yield inflate.decompress(data)
        except zlib.error:
            raise _damaged(file.name) from None
        begun = not inflate.eof
        data = b""
        if inflate.eof:
            data = inflate.unused_data.lstrip(b"\0")  # another member, or padding
            inflate = zlib.decompressobj(wbits=31)
    if begun:
        raise _damaged(file.name)


def _open_archive(path: Path, fits: Callable[[Text | Workbook], bool]) -> Text | Workbook:
    try:
        archive = zipfile.ZipFile(path, metadata_encoding="gb18030")
    except _ZIP_ERRORS:
        raise _damaged(path.name) from None
    members = [member for member in archive.infolist() if _is_table(member)]
    if not members:
        raise Refused("empty_archive", expected="、".join(TABLE_ENDINGS))
    if len(members) == 1:
        return _open_member(archive, members[0])
    fitting = [member for member in members if _fits(archive, member, fits)]
    if len(fitting) != 1:
        raise Refused(
            "archive_member_ambiguous",
            f"共 {len(members)} 个 | {len(members)} tables",
            where="、".join(member.filename for member in members[:5]),
        )
    return _open_member(archive, fitting[0])


def _is_table(member: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    hidden = name.name.startswith((".", "~$")) or "__MACOSX" in name.parts
    return not member.is_dir() and not hidden and name.name.lower().endswith(TABLE_ENDINGS)


def _fits(archive: zipfile.ZipFile, member: zipfile.ZipInfo, fits: Callable[[Text | Workbook], bool]) -> bool:
    try:
        return fits(_open_member(archive, member))
    except Refused:
        return False


def _open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Text | Workbook:
    if member.flag_bits & 1:
        raise Refused("password_protected")
    _check_inflation(member.file_size, member.compress_size)
    kind = _kind(_opened(archive, member), member.filename)
    _expect(kind, member.filename)
    if kind == "text":
        return Text(lambda: _member_blocks(archive, member))
    if kind in ("zip", "gzip"):
        raise Refused("archive_member_ambiguous", "压缩包里还有压缩包 | an archive within the archive")
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
        for block in _blocks(_opened(archive, member)):
            total += len(block)
            _check_inflation(total, member.compress_size)
            yield block
    except _ZIP_ERRORS:
        raise _damaged(member.filename) from None


def _opened(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    try:
        return archive.open(member)  # type: ignore[return-value]
    except _ZIP_ERRORS:
        raise _damaged(member.filename) from None


def _check_inflation(inflated: int, packed: int) -> None:
    if inflated > _LARGEST_INFLATED or (inflated > _NEVER_SUSPICIOUS and inflated > packed * _MOST_INFLATION):
        raise too_large(inflated)


def too_large(inflated: int) -> Refused:
    """The refusal of what inflates beyond all measure."""
    return Refused("too_large_inflated", f"至少 {inflated >> 20} MiB | at least {inflated >> 20} MiB")


def _damaged(name: str) -> Refused:
    return Refused("workbook_unreadable" if name.lower().endswith(".xlsx") else "archive_unreadable")
