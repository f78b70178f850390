"""The data folder of the embedded server: made once, and completed with the settings that a later version adds."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from employment_warehouse.database.account import choose_data_folder, owner, run_program
from employment_warehouse.database.postgres_settings import INITDB, configuration
from employment_warehouse.database.program_logins import SUPERUSER
from employment_warehouse.errors import UserError
from employment_warehouse.settings import Home

SETTINGS = "postgresql.auto.conf"


def make_data_folder(home: Home, data: Path) -> None:
    """Make a home's data folder; what a killed set-up left incomplete is made again.

    data: where the home has it, or, if it has to be elsewhere, a link to it.
    """
    place = choose_data_folder(home)
    if data.is_symlink() or data.exists():
        raise UserError(
            "数据目录不完整 | the data folder exists, but is not a database",
            code="data_folder_foreign",
            where=str(data),
            todo="move it away; the next start creates a new one",
        )
    draft = place.with_name("data.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    os.chown(draft, owner(place.parent), -1)
    _initdb(draft, home.secret(f"password:{SUPERUSER}"))
    (draft / SETTINGS).write_text("".join(configuration()))
    draft.rename(place)
    if place != data:
        data.symlink_to(place)


def complete_settings(data: Path) -> None:
    """Add the settings that a home of an earlier version lacks; what it has, stays."""
    path = data / SETTINGS
    names = set(re.findall(r"(?m)^(\w+) *=", path.read_text()))
    with path.open("a") as file:
        file.writelines(line for line in configuration() if line.split(" ", 1)[0] not in names)


def _initdb(folder: Path, secret: str) -> None:
    password = folder.parent / "initdb.password"
    password.touch(mode=0o600)
    password.write_text(secret)
    os.chown(password, owner(folder), -1)
    try:
        done = run_program(
            "initdb", "--username", SUPERUSER, *INITDB, "--pwfile", password, "--pgdata", folder,
            owner=owner(folder),
        )  # fmt: skip
    finally:
        password.unlink()
    if done.returncode:
        raise UserError(
            "数据库初始化失败 | the database could not be created",
            code="database_not_made",
            where=str(folder),
            database=done.stderr.strip()[-500:],
            todo="check free disk space and that the folder is writable",
        )
