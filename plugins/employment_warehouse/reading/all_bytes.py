"""Every byte of a file, whatever it is, and of what is packed in it: for a search, where no table can be read."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import cast

from employment_warehouse.reading.content import check_inflation
from employment_warehouse.reading.formats import ZIP_ERRORS
from employment_warehouse.reading.table import Refused

_BLOCK = 4 << 20
_LONGEST = 1 << 10  # bytes of what is searched for: each block begins with so many of the one before
_DEEPEST = 3  # a workbook in a zip in a zip


def contents(path: Path) -> Iterator[bytes]:
    """Blocks of bytes: of the file, of what its gzip stream inflates to, of the members of the zip that it is.

    A workbook is a zip. What is damaged ends where the damage begins; what is encrypted, or inflates to more than any
    table does, is left out.
    """
    with path.open("rb") as file:
        yield from _within(file, path.stat().st_size, _DEEPEST)


def _within(file: BufferedIOBase, packed: int, depth: int) -> Iterator[bytes]:
    yield from _blocks(file, packed)
    if depth == 0:
        return
    try:
        file.seek(0)
        head = file.read(2)
        file.seek(0)
        if head == b"\x1f\x8b":
            yield from _within(gzip.GzipFile(fileobj=file), packed, depth - 1)
        elif zipfile.is_zipfile(file):
            yield from _members(zipfile.ZipFile(file), depth - 1)
    except ZIP_ERRORS:
        return


def _members(archive: zipfile.ZipFile, depth: int) -> Iterator[bytes]:
    for member in archive.infolist():
        try:
            with archive.open(member) as file:
                yield from _within(cast("BufferedIOBase", file), member.compress_size, depth)
        except ZIP_ERRORS:
            continue


def _blocks(file: BufferedIOBase, packed: int) -> Iterator[bytes]:
    block, total = bytearray(), 0
    try:
        while piece := file.read1(_BLOCK):
            total += len(piece)
            check_inflation(total, packed)
            block += piece
            if len(block) >= _BLOCK:
                yield bytes(block)
                del block[:-_LONGEST]
    except (*ZIP_ERRORS, Refused):
        pass
    yield bytes(block)
