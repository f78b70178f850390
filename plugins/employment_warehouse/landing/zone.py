"""The landing zone: a folder, an SFTP folder or an object-store prefix; its address is configuration."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

from employment_warehouse import settings
from employment_warehouse.errors import UserError

FOLDERS = 2  # of a file: its feed's, and its date's


@dataclass(frozen=True)
class FileStat:
    """A file of the landing zone when it was listed; `path` is relative to the zone, with `/`."""

    path: str
    file_bytes: int
    modified_at: datetime


class Entry(NamedTuple):
    """What a folder has under a name; neither a folder nor an ordinary file: a link, pipe, socket or device."""

    name: str
    is_folder: bool
    is_file: bool


class LandingZone:
    """The storage that settings.landing_zone() names, through Airflow's ObjectStoragePath (fsspec)."""

    def __init__(self) -> None:
        self.root = _object_storage_path(settings.landing_zone())
        self.files = self.root.fs
        self.folder = str(self.root.path).rstrip("/")
        self.is_local = self.root.protocol in ("", "file", "local")

    def entries(self) -> list[tuple[str, bool]]:
        """Everything in the zone that is not a folder, by its relative path, and whether it is an ordinary file: not a
        link (which may point to another county's file), pipe, socket or device. Of a folder where no feed has one, or
        that cannot be opened, the path ends with `/`. Empty if the zone does not exist.
        """
        return self._entries(self.folder, FOLDERS)

    def entries_of(self, feeds: Iterable[str]) -> list[tuple[str, bool]]:
        """The entries of the folders of these feeds alone, as `entries` returns them."""
        return [entry for feed in sorted(feeds) for entry in self._entries(f"{self.folder}/{feed}", FOLDERS - 1)]

    def _entries(self, folder: str, folders: int) -> list[tuple[str, bool]]:
        prefix = folder[len(self.folder) :].lstrip("/")
        prefix = prefix and f"{prefix}/"
        if self.is_local:
            return sorted(_walk(_list_local, folder, prefix, folders)) if Path(folder).is_dir() else []
        self.files.invalidate_cache()
        try:
            self.files.info(folder)
        except FileNotFoundError:
            return []
        if self._is_flat:
            found = self.files.find(folder, detail=True)
            return sorted((str(path)[len(self.folder) :].lstrip("/"), _is_file(info)) for path, info in found.items())
        return sorted(_walk(self._list, folder, prefix, folders))

    @property
    def _is_flat(self) -> bool:
        """Whether the storage lists all files by itself, as object stores do. What fsspec does for the others leaves
        out every folder that it cannot list.
        """
        from fsspec.asyn import AsyncFileSystem  # type: ignore[import-untyped]  # noqa: PLC0415  with Airflow's

        return getattr(type(self.files), "_find", AsyncFileSystem._find) is not AsyncFileSystem._find

    def _list(self, folder: str) -> Iterator[Entry]:
        for info in self.files.ls(folder, detail=True):
            yield Entry(PurePosixPath(info["name"]).name, info["type"] == "directory", _is_file(info))

    def stat(self, path: str) -> FileStat | None:
        """The current state of one file; None if it does not exist, or has become something else (a link)."""
        full = f"{self.folder}/{path}"
        try:
            if self.is_local:
                found = Path(full).lstat()
                at = datetime.fromtimestamp(found.st_mtime, UTC)
                return FileStat(path, found.st_size, at) if stat.S_ISREG(found.st_mode) else None
            modified = self.files.modified(full)
            size = int(self.files.info(full)["size"])
        except FileNotFoundError:
            return None
        return FileStat(path, size, modified if modified.tzinfo else modified.replace(tzinfo=UTC))

    @contextmanager
    def local(self, path: str) -> Iterator[Path]:
        """The file as a local path, which remains this file even if another one takes its place in the zone.

        A remote file is copied to a private file. Raises FileNotFoundError, also if it has become something else (a
        link).
        """
        if self.is_local:
            with _opened(Path(f"{self.folder}/{path}")) as file, _path_to(file, Path(path).name) as local_path:
                yield local_path
            return
        with (
            private_file(Path(path).name) as (copy, local_path),
            self.files.open(f"{self.folder}/{path}", "rb") as source,
        ):
            shutil.copyfileobj(source, copy, 1 << 20)
            copy.flush()
            yield local_path

    def put(self, source: Path, path: str, modified_at: datetime) -> None:
        """Put a copy of a file into the zone, whole or not at all, in place of a file of the same path.

        In a folder its modification time is `modified_at`; other storage sets its own.
        """
        full = f"{self.folder}/{path}"
        self.files.makedirs(full.rpartition("/")[0], exist_ok=True)
        if not self.is_local:
            self.files.put_file(str(source), f"{full}.part")
            self.files.mv(f"{full}.part", full)
            return
        # A draft of a name that nobody knows: through a link that stands there somebody else's file would be written.
        with source.open("rb") as sent, settings.whole_file(Path(full)) as draft:
            shutil.copyfileobj(sent, draft, 1 << 20)
            draft.flush()
            os.utime(draft.fileno(), (modified_at.timestamp(), modified_at.timestamp()))


def _is_file(info: Mapping[str, Any]) -> bool:
    return info["type"] == "file" and not info.get("islink")


def _list_local(folder: str) -> Iterator[Entry]:
    """Without asking for the size and time of any file."""
    with os.scandir(folder) as entries:
        for entry in entries:
            yield Entry(entry.name, entry.is_dir(follow_symlinks=False), entry.is_file(follow_symlinks=False))


def _walk(
    listed: Callable[[str], Iterator[Entry]], folder: str, prefix: str, folders: int
) -> Iterator[tuple[str, bool]]:
    """The entries below a folder, this many levels deep. listed: gives the entries of one folder.

    Whatever one unit does to its folders (nests thousands, closes them), the files of others stay visible.
    """
    for name, is_folder, is_file in listed(folder):
        path = f"{prefix}{name}"
        if not is_folder:
            yield path, is_file
        elif folders == 0:
            yield f"{path}/", False
        else:
            try:
                yield from list(_walk(listed, f"{folder}/{name}", f"{path}/", folders - 1))
            except FileNotFoundError:
                continue  # it was removed meanwhile
            except OSError:
                yield f"{path}/", False


@contextmanager
def private_file(name: str) -> Iterator[tuple[IO[bytes], Path]]:
    """A file to write to, and a path of that name to read it from.

    The file has no directory entry (the path is a link to this process's open file), so nothing remains when the
    process ends, however it ends.
    """
    with tempfile.TemporaryFile(dir=settings.current_home().run) as file, _path_to(file, name) as path:
        yield file, path


@contextmanager
def _path_to(file: IO[bytes], name: str) -> Iterator[Path]:
    """A path of that name to an open file: a link to this process's open file."""
    with tempfile.TemporaryDirectory(dir=settings.current_home().run) as folder:
        link = Path(folder) / name
        link.symlink_to(f"/proc/{os.getpid()}/fd/{file.fileno()}")
        yield link


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """An ordinary file. Raises FileNotFoundError where a link, a pipe or a folder has taken its place."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise FileNotFoundError(errno.ENOENT, "a link") from None
        raise
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileNotFoundError(errno.ENOENT, "no ordinary file")
        yield file


def _object_storage_path(address: str) -> Any:
    from airflow.sdk import ObjectStoragePath  # noqa: PLC0415  Airflow takes seconds to import
    from airflow.sdk.io import attach, has_fs  # noqa: PLC0415

    scheme = urlsplit(address).scheme
    if scheme and not has_fs(scheme):
        # No Airflow provider supports this scheme; fsspec may.
        import fsspec  # type: ignore[import-untyped]  # noqa: PLC0415

        if scheme not in fsspec.available_protocols():
            raise UserError(
                f"无法识别的落地区地址 | no file system for {scheme}://",
                code="landing_zone_unknown",
                where="WAREHOUSE_LANDING_ZONE",
                expected="a folder, or an address that Airflow's providers or fsspec support (s3://…)",
                todo="install the provider of that storage, or correct the address",
            )
        attach(protocol=scheme, fs=fsspec.filesystem(scheme))
    return ObjectStoragePath(address)
