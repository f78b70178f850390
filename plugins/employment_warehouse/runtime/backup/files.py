"""Files of a backup: copied whole or not at all, owned by the right account, within the free space."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Container, Iterable
from itertools import chain
from pathlib import Path

from employment_warehouse import settings
from employment_warehouse.errors import UserError


def assert_space(folder: Path, needed: int) -> None:
    if shutil.disk_usage(folder).free < needed * 1.05:
        raise no_space(folder, needed)


def no_space(folder: Path, needed: int | None) -> UserError:
    return UserError(
        "磁盘空间不足 | there is not enough space on the disk",
        code="no_space",
        where=str(folder),
        expected="" if needed is None else f"{needed * 1.05 / 2**30:.2f} GiB",
        found=f"{shutil.disk_usage(folder).free / 2**30:.2f} GiB",
        todo="free space there, or name another folder",
        exit_code=1,
    )


def bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def set_owner(place: Path, account: int) -> None:
    """Let an account own a folder with all that is in it, where root makes it for another."""
    hand_over(chain([place], place.rglob("*")), account)


def hand_over(paths: Iterable[Path], account: int) -> None:
    """Let an account own these paths, where root makes them for another."""
    if os.geteuid() == 0 and account != 0:
        for path in paths:
            os.chown(path, account, -1, follow_symlinks=False)


def copy_new(source: Path, target: Path, leave: Container[str] = ()) -> None:
    """Copy the files that are new or newer, but leave some; each appears whole or not at all. Where one vanishes
    meanwhile, what has replaced it is copied too.
    """
    while not all(
        copy_file(path, target / path.relative_to(source))
        for path in _whole_files(source)
        if str(path.relative_to(source)) not in leave
    ):
        continue


def _whole_files(folder: Path) -> list[Path]:
    """Without links that lead nowhere. A file that vanishes after it was listed is still in the list."""
    found = (path for path in folder.rglob("*") if not path.is_dir() and not re.search(r"\.(tmp|part)$", path.name))
    return [path for path in found if not path.is_symlink() or path.exists()]


def copy_file(path: Path, copy: Path) -> bool:
    """Copy a file if it is new or newer; whether it was still there."""
    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = copy.with_name(f"{copy.name}.part")
    try:
        if _is_copied(path, copy):
            return True
        shutil.copy2(path, draft)
    except FileNotFoundError:
        draft.unlink(missing_ok=True)
        if path.exists():
            raise
        return False
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(copy)
    settings.sync_folder(copy.parent)
    return True


def _is_copied(path: Path, copy: Path) -> bool:
    if not copy.exists():
        return False
    here, there = path.stat(), copy.stat()
    return (here.st_size, here.st_mtime_ns) == (there.st_size, there.st_mtime_ns)
