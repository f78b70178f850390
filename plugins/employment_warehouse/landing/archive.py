"""The archive: every file that was taken in, by its SHA-256, encrypted; the source of any rebuild.

A file of the archive is a chain of chunks, each sealed with AES-256-GCM under a nonce of the file's own eight
random bytes and the chunk's number, and bound to the file's SHA-256 and to whether it is the last: none can be
left out, moved, cut off or come from another file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from employment_warehouse import settings
from employment_warehouse.errors import UserError
from employment_warehouse.identity.sealing import data_key
from employment_warehouse.landing.zone import private_file

CHUNK_BYTES = 1 << 20
CHUNKS_IN_MEMORY = 8
PREFIX_BYTES = 8
TAG_BYTES = 16


def digest(file: Path) -> bytes:
    """SHA-256 of a file's bytes."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").digest()


class FileChanged(Exception):
    """The file is no longer what it was when it was offered; a later look offers it anew."""


def keep(file: Path, sha256: bytes) -> None:
    """Put a file into the archive, once; it is on the disk on return. Raises FileChanged for another hash."""
    place = _place(sha256)
    if place.exists():
        return
    place.parent.mkdir(mode=0o700, exist_ok=True)
    draft = place.with_name(f"{place.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        with file.open("rb") as source, draft.open("wb") as target:
            _seal_chunks(source, target, sha256)
        draft.rename(place)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def kept(sha256: bytes, name: str) -> Iterator[Path]:
    """The file as it came, under its own name, for as long as the block lasts.

    Raises UserError (`archive_missing`), and cryptography's InvalidTag if it was changed in any bit.
    """
    place = _place(sha256)
    if not place.exists():
        raise UserError(
            "存档中没有这个文件 | the archive does not have this file",
            code="archive_missing",
            where=str(place),
            todo="restore the archive from its backup, or let the unit send the file again",
        )
    with private_file(name) as (copy, path):
        with place.open("rb") as source:
            _unseal_chunks(source, copy, sha256)
        copy.flush()
        yield path


def _place(sha256: bytes) -> Path:
    name = sha256.hex()
    return settings.current_home().archive / name[:2] / f"{name}.sealed"


def _seal_chunks(source: IO[bytes], target: IO[bytes], sha256: bytes) -> None:
    cipher, prefix, hashed = data_key(), os.urandom(PREFIX_BYTES), hashlib.sha256()
    target.write(prefix)
    for number, chunk, place in _chunks(source, CHUNK_BYTES):
        hashed.update(chunk)
        target.write(cipher.encrypt(prefix + number.to_bytes(4), chunk, sha256 + place))
        if number % CHUNKS_IN_MEMORY == CHUNKS_IN_MEMORY - 1:
            _write_through(target)
    _write_through(target)
    if hashed.digest() != sha256:
        raise FileChanged


def _write_through(target: IO[bytes]) -> None:
    """What was written is on the disk, and no longer in memory: nobody reads it soon, and pages that are new to the
    machine cost more than all else that the archive does.
    """
    target.flush()
    os.fdatasync(target.fileno())
    os.posix_fadvise(target.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _unseal_chunks(source: IO[bytes], target: IO[bytes], sha256: bytes) -> None:
    cipher, prefix = data_key(), source.read(PREFIX_BYTES)
    for number, chunk, place in _chunks(source, CHUNK_BYTES + TAG_BYTES):
        target.write(cipher.decrypt(prefix + number.to_bytes(4), chunk, sha256 + place))


def _chunks(source: IO[bytes], size: int) -> Iterator[tuple[int, bytes, bytes]]:
    """(number, bytes, `more` or `last`); an empty file is one empty chunk."""
    chunk, number = source.read(size), 0
    while following := source.read(size):
        yield number, chunk, b"more"
        chunk, number = following, number + 1
    yield number, chunk, b"last"
