"""The landing zone: a folder, an SFTP folder or an object-store prefix; its address is configuration."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from employment_warehouse import settings
from employment_warehouse.errors import UserError


@dataclass(frozen=True)
class FileStat:
    """A file as one look at the landing zone shows it; `path` is relative to the zone, with `/`."""

    path: str
    file_bytes: int
    modified_at: datetime


class LandingZone:
    """What settings.landing_zone() names, seen through Airflow's ObjectStoragePath (fsspec)."""

    def __init__(self) -> None:
        self.root = _object_storage_path(settings.landing_zone())
        self.files = self.root.fs
        self.folder = str(self.root.path).rstrip("/")

    def entries(self) -> list[tuple[str, bool]]:
        """Every file of the zone, relative to it, and whether it is a link (which may point at another county's file);
        none where the zone is not there.
        """
        self.files.invalidate_cache()
        found = self.files.find(self.folder, detail=True) if self.files.exists(self.folder) else {}
        return sorted(
            (str(path)[len(self.folder) :].lstrip("/"), bool(info.get("islink"))) for path, info in found.items()
        )

    def stat(self, path: str) -> FileStat | None:
        """One file as it is now; None: it is gone."""
        full = f"{self.folder}/{path}"
        try:
            modified = self.files.modified(full)
            size = int(self.files.info(full)["size"])
        except FileNotFoundError:
            return None
        return FileStat(path, size, modified if modified.tzinfo else modified.replace(tzinfo=UTC))

    @contextmanager
    def local(self, path: str) -> Iterator[Path]:
        """The file as one on this machine; a remote one is fetched into a private copy."""
        if self.root.protocol in ("", "file", "local"):
            yield Path(f"{self.folder}/{path}")
            return
        with (
            private_file(Path(path).name) as (copy, place),
            self.files.open(f"{self.folder}/{path}", "rb") as source,
        ):
            shutil.copyfileobj(source, copy, 1 << 20)
            copy.flush()
            yield place


@contextmanager
def private_file(name: str) -> Iterator[tuple[IO[bytes], Path]]:
    """A file to write to, and a path of that name to read it by.

    It has no place in any folder (the path is a link to this process's open file), so nothing of it stays
    when the process ends, however it ends.
    """
    with (
        tempfile.TemporaryFile(dir=settings.current_home().run) as file,
        tempfile.TemporaryDirectory(dir=settings.current_home().run) as folder,
    ):
        link = Path(folder) / name
        link.symlink_to(f"/proc/{os.getpid()}/fd/{file.fileno()}")
        yield file, link


def _object_storage_path(address: str) -> Any:
    from airflow.sdk import ObjectStoragePath  # noqa: PLC0415  Airflow takes seconds to import
    from airflow.sdk.io import attach, has_fs  # noqa: PLC0415

    scheme = urlsplit(address).scheme
    if scheme and not has_fs(scheme):
        # No provider of Airflow brings this scheme; fsspec may know it all the same.
        import fsspec  # type: ignore[import-untyped]  # noqa: PLC0415

        if scheme not in fsspec.available_protocols():
            raise UserError(
                f"不认识的落地区地址 | no file system for {scheme}://",
                code="landing_zone_unknown",
                where="WAREHOUSE_LANDING_ZONE",
                expected="a folder, or an address that Airflow's providers or fsspec know (s3://…)",
                todo="install the provider of that storage, or correct the address",
            )
        attach(protocol=scheme, fs=fsspec.filesystem(scheme))
    return ObjectStoragePath(address)
