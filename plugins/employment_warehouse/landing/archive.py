"""The archive: every ingested file, addressed by its SHA-256 and encrypted; the source of any rebuild.

An archived file is a sequence of chunks, each sealed with AES-256-GCM. The nonce is eight random bytes of the file
and the chunk's number; the associated data are the file's SHA-256 and whether the chunk is the last. So no chunk can be
removed, moved, truncated or taken from another file.
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
SEALED = ".sealed"
COPIES = (".csv", ".xlsx", ".jsonl")


def sha256_of(file: Path) -> bytes:
    """SHA-256 of a file's bytes."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").digest()


def has(sha256: bytes) -> bool:
    """Whether a file with this hash is in the archive, or its copy without erased persons."""
    return _found(sha256) is not None


def replace(sha256: bytes, copy: Path | None, kind: str) -> None:
    """Keep a copy (with this extension) instead of a file; without a copy, remove the file."""
    former = _found(sha256)
    if copy is not None:
        target = _path_of(sha256, kind)
        draft = target.with_name(f"{target.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
        try:
            with copy.open("rb") as source, draft.open("wb") as sealed:
                _seal_chunks(source, sealed, sha256, is_original=False)
            draft.rename(target)
        finally:
            draft.unlink(missing_ok=True)
        if former == target:
            return
    if former is not None:
        former.unlink()
        _sync_folder(former.parent)


class FileChanged(Exception):
    """The file changed after it was found; the next scan finds it again."""


def store(file: Path, sha256: bytes) -> None:
    """Archive a file, once; on return it is on the disk. Raises FileChanged if its hash is not `sha256`."""
    archived = _path_of(sha256)
    if has(sha256):
        return
    if not archived.parent.exists():
        archived.parent.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(archived.parent.parent)
    draft = archived.with_name(f"{archived.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        with file.open("rb") as source, draft.open("wb") as target:
            _seal_chunks(source, target, sha256)
        draft.rename(archived)
        _sync_folder(archived.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def open_stored(sha256: bytes, name: str) -> Iterator[Path]:
    """The original file under its own name, for the duration of the block.

    Raises UserError (`archive_missing`), and cryptography's InvalidTag if any bit was changed.
    """
    archived = _found(sha256)
    if archived is None:
        raise UserError(
            "存档中没有这个文件 | the archive does not have this file",
            code="archive_missing",
            where=str(_path_of(sha256)),
            todo="restore the archive from its backup, or ask the unit to send the file again",
        )
    kind = archived.name.removeprefix(sha256.hex()).removesuffix(SEALED)
    with private_file(f"{name.partition('.')[0]}{kind}" if kind else name) as (copy, path):
        with archived.open("rb") as source:
            _unseal_chunks(source, copy, sha256)
        copy.flush()
        yield path


def _path_of(sha256: bytes, kind: str = "") -> Path:
    """kind: the extension of a copy without erased persons."""
    name = sha256.hex()
    return settings.current_home().archive / name[:2] / f"{name}{kind}{SEALED}"


def _found(sha256: bytes) -> Path | None:
    places = (_path_of(sha256, kind) for kind in ("", *COPIES))
    return next((path for path in places if path.exists()), None)


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _seal_chunks(source: IO[bytes], target: IO[bytes], sha256: bytes, *, is_original: bool = True) -> None:
    cipher, prefix, hashed = data_key(), os.urandom(PREFIX_BYTES), hashlib.sha256()
    target.write(prefix)
    for number, chunk, position in _chunks(source, CHUNK_BYTES):
        hashed.update(chunk)
        target.write(cipher.encrypt(prefix + number.to_bytes(4), chunk, sha256 + position))
        if number % CHUNKS_IN_MEMORY == CHUNKS_IN_MEMORY - 1:
            _flush_to_disk(target)
    _flush_to_disk(target)
    if is_original and hashed.digest() != sha256:
        raise FileChanged


def _flush_to_disk(target: IO[bytes]) -> None:
    """Write to the disk and bypass the page cache: nobody reads the file soon, and allocating new pages costs more than
    everything else that the archive does.
    """
    target.flush()
    os.fdatasync(target.fileno())
    os.posix_fadvise(target.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _unseal_chunks(source: IO[bytes], target: IO[bytes], sha256: bytes) -> None:
    cipher, prefix = data_key(), source.read(PREFIX_BYTES)
    for number, chunk, position in _chunks(source, CHUNK_BYTES + TAG_BYTES):
        target.write(cipher.decrypt(prefix + number.to_bytes(4), chunk, sha256 + position))


def _chunks(source: IO[bytes], size: int) -> Iterator[tuple[int, bytes, bytes]]:
    """(number, bytes, `more` or `last`); an empty file is one empty chunk."""
    chunk, number = source.read(size), 0
    while following := source.read(size):
        yield number, chunk, b"more"
        chunk, number = following, number + 1
    yield number, chunk, b"last"
