"""What one file is, as its content says and its extension promises; and its bytes, inflated within limits."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from employment_warehouse.reading.encoding import BLOCK, SAMPLE
from employment_warehouse.reading.formats import CONVERTIBLE, NAMES, ZIP_ERRORS, format_of, format_of_head
from employment_warehouse.reading.refusals import empty_file, unsupported_format
from employment_warehouse.reading.table import Refused

_KINDS = {".csv": "text", ".tsv": "text", ".txt": "text", ".gz": "gzip", ".zip": "zip", ".xlsx": "xlsx", ".xls": "xls"}
_GREATEST_INFLATION = 1032  # of deflate, on nothing at all
_MOST_INFLATION = 200  # tables stay below 60
_NEVER_SUSPICIOUS = 64 << 20
_LARGEST_INFLATED = 16 << 30

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


def checked_format(file: BinaryIO, name: str) -> str:
    """What a file is: text, gzip, zip, xlsx or xls, as its extension promises. Raises Refused."""
    try:
        kind = format_of(file)
    except ZIP_ERRORS:
        raise damaged(name) from None
    extension = PurePosixPath(name).suffix.lower()
    expected_kind = _KINDS.get(extension)
    if kind == "encrypted":
        raise Refused("password_protected")
    if kind in CONVERTIBLE:
        raise unsupported_format(NAMES[kind])
    if kind in ("html", "pdf", "other") or (expected_kind and expected_kind != kind):
        raise Refused(
            "extension_mismatch",
            "other_content",
            expected=NAMES.get(expected_kind or "", "csv · csv.gz · xlsx · xls · zip"),
            kind=NAMES[kind],
            extension=extension,
        )
    return kind


def check_content(head: bytes) -> None:
    """What is in a gzip file must be text. Raises Refused."""
    if not head:
        raise empty_file()
    kind = format_of_head(head)
    if kind != "text":
        if kind == "zip":
            raise Refused("unsupported_format", "zip_in_gzip")
        raise Refused("unsupported_format", "kind_in_gzip", name=NAMES[kind])


def blocks_of(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file; small blocks first, so that reading begins early."""
    size = SAMPLE
    with file:
        while block := file.read(size):
            yield block
            size = min(2 * size, BLOCK)


def inflated(path: Path) -> Iterator[bytes]:
    """The content of a gzip file, all its members."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(-min(4, size), os.SEEK_END)
        declared = int.from_bytes(file.read(4), "little")  # modulo 4 GiB; anything where the end is missing
        check_inflation(declared if declared < size * _GREATEST_INFLATION else 0, size)
        file.seek(0)
        total = since = packed = 0
        pieces: list[bytes] = []
        for piece in _inflated_pieces(file):
            total += len(piece)
            since += len(piece)
            if since > _NEVER_SUSPICIOUS:  # of each piece of that size, so that none hides behind a table or before one
                check_inflation(since, file.tell() - packed)
                since, packed = 0, file.tell()
            check_inflation(total, size)
            pieces.append(piece)
            if sum(map(len, pieces)) >= BLOCK:
                yield b"".join(pieces)
                pieces.clear()
        yield b"".join(pieces)


def _inflated_pieces(file: BinaryIO) -> Iterator[bytes]:
    """Inflate in steps: 64 KiB become 64 MiB at the worst."""
    inflate = zlib.decompressobj(wbits=31)
    begun = False
    data = b""
    while data := data or file.read(64 << 10):
        try:
            yield inflate.decompress(data)
        except zlib.error:
            raise damaged(file.name) from None
        begun = not inflate.eof
        data = b""
        if inflate.eof:
            data = inflate.unused_data.lstrip(b"\0")  # another member, or padding
            inflate = zlib.decompressobj(wbits=31)
    if begun:
        raise damaged(file.name)


def check_inflation(inflated: int, packed: int) -> None:
    """Refuse what inflates to more than any table does. Raises Refused."""
    if inflated > _LARGEST_INFLATED or (inflated > _NEVER_SUSPICIOUS and inflated > packed * _MOST_INFLATION):
        raise too_large(inflated)


def too_large(inflated: int) -> Refused:
    """The refusal of a file that inflates to too much."""
    return Refused("too_large_inflated", "at_least", mebibytes=inflated >> 20)


def damaged(name: str) -> Refused:
    """The refusal of a workbook or archive that is not whole."""
    return Refused("workbook_unreadable" if name.lower().endswith(".xlsx") else "archive_unreadable")
