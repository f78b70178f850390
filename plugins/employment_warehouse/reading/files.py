"""What a file really is, by its content; and its bytes, unpacked within limits."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from employment_warehouse.reading.encoding import BLOCK, SAMPLE
from employment_warehouse.reading.formats import CONVERTIBLE, NAMES, ZIP_ERRORS, format_of, format_of_head
from employment_warehouse.reading.refusals import empty_file, unsupported_format
from employment_warehouse.reading.table import Refused

TABLE_EXTENSIONS = (".csv", ".csv.gz", ".xlsx", ".xls", ".tsv", ".txt")
_RECOGNISED = (".ods", ".fods", ".xlsb", ".xlsm", ".et", ".gz", ".zip")  # tables too, read or known for what they are
# What may lie beside a table in an archive: documents, pictures, files of a system.
_BESIDE = (
    *(".doc", ".docx", ".wps", ".pdf", ".ofd", ".ppt", ".pptx", ".dps", ".jpg", ".jpeg", ".png", ".gif", ".bmp"),
    *(".tif", ".tiff", ".webp", ".heic", ".mp3", ".mp4", ".url", ".lnk", ".ini", ".db", ".ico", ".sig", ".log"),
)
_OF_DATABASES = (".dbf", ".mdb", ".accdb")
_KINDS = {".csv": "text", ".tsv": "text", ".txt": "text", ".gz": "gzip", ".zip": "zip", ".xlsx": "xlsx", ".xls": "xls"}
_GREATEST_INFLATION = 1032  # of deflate, on nothing at all
_MOST_INFLATION = 200  # tables stay below 60
_NEVER_SUSPICIOUS = 64 << 20
_LARGEST_INFLATED = 16 << 30
_LARGEST_WORKBOOK = 256 << 20

_DIRECTORY_ENTRY = b"PK\x01\x02"
_UTF8_FLAG = 0x08  # in the second byte of the flags

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

    fits: whether one of several tables in an archive is the one that is searched for. Raises Refused:
    empty_file, extension_mismatch, unsupported_format, password_protected, too_large_inflated, empty_archive,
    archive_member_ambiguous.
    """
    if not path.stat().st_size:
        raise empty_file()
    kind = _format(path.open("rb"), path.name)
    if kind == "zip":
        return _open_archive(path, fits)
    if kind == "gzip":
        _check_content(next(_inflated(path)))
        return Text(lambda: _inflated(path))
    if kind == "text":
        return Text(lambda: _blocks(path.open("rb")))
    return Workbook(path.open("rb"), kind)


def _format(file: BinaryIO, name: str) -> str:
    """What a file is: text, gzip, zip, xlsx or xls, as its extension promises. Raises Refused."""
    try:
        kind = format_of(file)
    except ZIP_ERRORS:
        raise _damaged(name) from None
    extension = PurePosixPath(name).suffix.lower()
    expected_kind = _KINDS.get(extension)
    if kind == "encrypted":
        raise Refused("password_protected")
    if kind in CONVERTIBLE:
        raise unsupported_format(NAMES[kind], NAMES[kind])
    if kind in ("html", "pdf", "other") or (expected_kind and expected_kind != kind):
        raise Refused(
            "extension_mismatch",
            f"内容是{NAMES[kind]}，扩展名是“{extension}” | the content is {NAMES[kind]}, the extension {extension!r}",
            expected=NAMES.get(expected_kind or "", "csv · csv.gz · xlsx · xls · zip"),
        )
    return kind


def _check_content(head: bytes) -> None:
    """What is in a gzip file must be text. Raises Refused."""
    if not head:
        raise empty_file()
    kind = format_of_head(head)
    if kind != "text":
        name = "zip 或 Excel 工作簿 (zip, xlsx)" if kind == "zip" else NAMES[kind]
        raise unsupported_format(f"gz 里的 {name}", f"{name} in a gzip file")


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Small ones first, so that reading begins early."""
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
        _check_inflation(declared if declared < size * _GREATEST_INFLATION else 0, size)
        file.seek(0)
        total = since = packed = 0
        parts: list[bytes] = []
        for part in _inflated_parts(file):
            total += len(part)
            since += len(part)
            if since > _NEVER_SUSPICIOUS:  # of each piece of that size, so that none hides behind a table or before one
                _check_inflation(since, file.tell() - packed)
                since, packed = 0, file.tell()
            _check_inflation(total, size)
            parts.append(part)
            if sum(map(len, parts)) >= BLOCK:
                yield b"".join(parts)
                parts.clear()
        yield b"".join(parts)


def _inflated_parts(file: BinaryIO) -> Iterator[bytes]:
    """Inflate in steps: 64 KiB become 64 MiB at the worst."""
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
    archive = _archive(path)
    members = [member for member in archive.infolist() if _may_be_table(member)]
    tables = [member for member in members if _name(member).lower().endswith(TABLE_EXTENSIONS + _RECOGNISED)]
    if not tables:
        raise Refused("empty_archive", expected="、".join(TABLE_EXTENSIONS))
    if len(members) == 1:
        return _open_member(archive, tables[0])
    fitting = [member for member in members if _fits(archive, member, fits)]
    if len(tables) == 1 and set(fitting) <= set(tables):
        return _open_member(archive, tables[0])  # read, or refused for what it lacks
    if len(fitting) != 1:
        raise Refused("archive_member_ambiguous", f"共 {len(members)} 个 | {len(members)} tables")
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
    raise _damaged(path.name)


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
    return not member.is_dir() and not hidden and not name.name.lower().endswith(_BESIDE)


def _fits(archive: zipfile.ZipFile, member: zipfile.ZipInfo, fits: Callable[[Text | Workbook], bool]) -> bool:
    """Whether a member may be the table that is searched for; what cannot be opened may be."""
    if _name(member).lower().endswith(_OF_DATABASES):
        return True
    try:
        return fits(_open_member(archive, member))
    except Refused as refusal:
        return refusal.code != "empty_file"


def _open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Text | Workbook:
    if member.flag_bits & 1:
        raise Refused("password_protected")
    _check_inflation(member.file_size, member.compress_size)
    if not member.file_size:
        raise empty_file()
    kind = _format(_opened(archive, member), _name(member))
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
    except ZIP_ERRORS:
        raise _damaged(_name(member)) from None


def _opened(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    try:
        return archive.open(member)  # type: ignore[return-value]
    except ZIP_ERRORS:
        raise _damaged(_name(member)) from None


def _check_inflation(inflated: int, packed: int) -> None:
    if inflated > _LARGEST_INFLATED or (inflated > _NEVER_SUSPICIOUS and inflated > packed * _MOST_INFLATION):
        raise too_large(inflated)


def too_large(inflated: int) -> Refused:
    """The refusal of a file that inflates to too much."""
    return Refused("too_large_inflated", f"至少 {inflated >> 20} MiB | at least {inflated >> 20} MiB")


def _damaged(name: str) -> Refused:
    return Refused("workbook_unreadable" if name.lower().endswith(".xlsx") else "archive_unreadable")
