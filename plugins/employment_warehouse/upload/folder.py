"""The folder of uploads: the files unchanged, under random names, until they are read.

The console writes them, the process `uploads` reads and deletes them. A file is complete before its row is made.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple
from uuid import UUID

from employment_warehouse import settings

BLOCK = 1 << 20
# A file without a row after so many seconds belongs to an upload that was interrupted.
ORPHAN_SECONDS = 3600


class TooLarge(Exception):
    """The file is larger than the limit; none of it is kept."""


class StoredFile(NamedTuple):
    """A file in the folder: its name, size and hash."""

    file: UUID
    file_bytes: int
    sha256: bytes


def keep(source: BinaryIO, extension: str, most_bytes: int | None) -> StoredFile:
    """Write a file into the folder, whole and on the disk, or nothing. most_bytes: None: no limit. Raises TooLarge."""
    name, size, content_hash = uuid.uuid4(), 0, hashlib.sha256()
    path = path_of(name, extension)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            while block := source.read(BLOCK):
                size += len(block)
                if most_bytes is not None and size > most_bytes:
                    raise TooLarge
                content_hash.update(block)
                target.write(block)
            target.flush()
            os.fsync(target.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return StoredFile(name, size, content_hash.digest())


def path_of(file: UUID, extension: str) -> Path:
    """Where an uploaded file is."""
    return settings.current_home().uploads / f"{file}{extension}"


@contextmanager
def only_reader() -> Iterator[None]:
    """One process reads the folder: another one waits here until it ends, however it ends."""
    folder = os.open(settings.current_home().uploads, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def is_read() -> bool:
    """Whether a process reads the folder."""
    folder = os.open(settings.current_home().uploads, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(folder)
    return False


def delete_others(waiting: Iterable[str]) -> None:
    """Delete what no upload waits for: files that were answered when the process ended, and those that never got a
    row."""
    kept, young = set(waiting), time.time() - ORPHAN_SECONDS
    for path in filter(Path.is_file, settings.current_home().uploads.iterdir()):  # a socket is in it as well
        if path.name.partition(".")[0] not in kept and path.stat().st_mtime < young:
            path.unlink(missing_ok=True)
