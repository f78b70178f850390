"""Restoring a warehouse from a folder of backups, or proving the newest backup by restoring it elsewhere."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from cryptography.exceptions import InvalidTag

from employment_warehouse.database import base_backup
from employment_warehouse.database.account import choose_data_folder, owner
from employment_warehouse.database.base_backup import BackupDamaged
from employment_warehouse.database.embedded import Server
from employment_warehouse.database.postgres_settings import configuration
from employment_warehouse.errors import UserError
from employment_warehouse.landing import archive
from employment_warehouse.runtime import history
from employment_warehouse.runtime.backup.archived import (
    files_of_other_time,
    ingest_again,
    lost_files,
    mark_lost,
    required_files,
    without_lost,
)
from employment_warehouse.runtime.backup.files import assert_space, bytes_of, copy_new, set_owner
from employment_warehouse.runtime.backup.keys import install_keys
from employment_warehouse.runtime.backup.record import Backup, Moment, backups_of
from employment_warehouse.settings import Home


@dataclass(frozen=True)
class Restoration:
    """A warehouse that was restored: from which backup, the publication shown (0: none), and the places of the files
    that it counts and its archive lacks, because they were ingested after the last backup.
    """

    backup: Backup
    standing: int
    lost: list[str]


def restore(
    home: Home, folder: Path, keys: Path | None, until: Moment | None = None, database: Path | None = None
) -> Restoration:
    """Make a new home from a folder of backups: to the end of its log, or as it was at a time or after a publication.

    database: the data folder of a server of its own, where the home has none. Raises BackupDamaged, WrongKey and
    UserError: `home_not_empty`, `no_backup`, `no_earlier_backup`, `keys_missing`, `keys_foreign`, `no_space`,
    `target_missed`, `restore_failed`.
    """
    chosen = _choose(folder, until)
    assert_empty(home, database)
    log_bytes = bytes_of(folder / "wal")
    assert_space(home.root, bytes_of(chosen.database) + bytes_of(folder / "archive") + log_bytes)
    install_keys(home, chosen, keys)
    base_backup.prove(chosen.database)
    if until is None:
        base_backup.prove_log(chosen.database, folder / "wal")
    with _recovered(home, chosen, database, _target(chosen, until)) as connection:
        _assert_digest(connection, chosen)
        newest, standing = _publications(connection)
        left = files_of_other_time(connection, folder / "archive", chosen.given_up).union(chosen.given_up)
        lost = lost_files(connection, folder / "archive", left)
        places = ingest_again(connection, lost)
    for name, source in (("archive", folder), ("reports", folder), ("seeds", chosen.folder)):
        copy_new(source / name, home.shared / name, left if name == "archive" else ())
    mark_lost(home.archive, lost)
    history.delete_after(home, newest)
    for place in {home.root, home.shared}:
        set_owner(place, owner(place))
    os.sync()
    return Restoration(chosen, standing, places)


def verify(folder: Path, keys: Path | None) -> Backup:
    """Prove that the newest backup can be restored: it is, to a temporary home, and each archived file is unsealed
    that retention has not deleted.

    Touches no warehouse. Raises what `restore` raises.
    """
    chosen = _choose(folder, None)
    with tempfile.TemporaryDirectory(prefix="verify-") as place, _as_home(Path(place)) as home:
        assert_space(home.root, bytes_of(chosen.database) + bytes_of(folder / "wal"))
        install_keys(home, chosen, keys)
        base_backup.prove(chosen.database)
        base_backup.prove_log(chosen.database, folder / "wal")
        with _recovered(home, chosen, None, _restore_point_target(chosen.restore_point)) as connection:
            _assert_digest(connection, chosen)
            required = without_lost(required_files(connection), folder / "archive")
        home.archive.rmdir()
        (home.shared / "archive").symlink_to((folder / "archive").resolve())
        for sha256 in required:
            _prove_archived(sha256)
        shutil.rmtree(Server(home).data.resolve())
    return chosen


def _choose(folder: Path, until: Moment | None) -> Backup:
    """The newest backup from which a moment can be reached."""
    complete = backups_of(folder)
    if not complete:
        raise UserError(
            "此处没有完整的备份 | there is no complete backup here",
            code="no_backup",
            where=str(folder),
            expected="a folder that `warehouse backup` has written",
        )
    if until is None:
        return complete[-1]
    earlier = [backup for backup in complete if _is_before(backup, until)]
    if not earlier and isinstance(until, int):  # the end of a backup that shows it is as good
        earlier = [backup for backup in complete if backup.standing == backup.publication == until][:1]
    if not earlier:
        first = complete[0]
        reached = first.publication + (first.standing != first.publication)
        raise UserError(
            "没有早于该时刻的备份 | there is no backup from before that moment",
            code="no_earlier_backup",
            where=str(folder),
            expected=f"publication {reached} or later, {first.ended_at:%Y-%m-%dT%H:%M:%S} or later",
            found=str(until),
        )
    return earlier[-1]


def _is_before(backup: Backup, until: Moment) -> bool:
    """Whether the log after a backup leads to a moment. Of a publication that was the newest one already, it does not:
    what was done with it since, such as a rollback, is in the backup.
    """
    return backup.publication < until if isinstance(until, int) else backup.ended_at <= until


def _target(chosen: Backup, until: Moment | None) -> dict[str, str]:
    """A moment, as PostgreSQL's recovery takes it."""
    if until is None:
        return {}
    if isinstance(until, datetime):
        return {"recovery_target_time": until.isoformat()}
    return _restore_point_target(chosen.restore_point if until == chosen.publication else f"publication {until}")


def _restore_point_target(restore_point: str) -> dict[str, str]:
    return {"recovery_target_name": restore_point}


def _publications(connection: psycopg.Connection) -> tuple[int, int]:
    """The newest one, and the one that is shown; 0: none."""
    row = connection.execute(
        "select coalesce((select max(p.publication) from ops.publication as p), 0), ops.chain_head()"
    ).fetchone()
    assert row is not None
    return row[0], row[1]


@contextmanager
def _recovered(
    home: Home, chosen: Backup, database: Path | None, target: dict[str, str]
) -> Iterator[psycopg.Connection]:
    place = database or choose_data_folder(home)
    shutil.copytree(chosen.database, place, dirs_exist_ok=True)
    place.chmod(0o700)
    if database is None:
        (place / "postgresql.auto.conf").write_text("".join(configuration()))  # for the memory of this machine
    set_owner(place, owner(place.parent))
    with base_backup.recovered(place, chosen.folder.parents[1] / "wal", target) as connection:
        yield connection
    if database is None and place != home.postgres / "data":
        (home.postgres / "data").symlink_to(place)


def _assert_digest(connection: psycopg.Connection, chosen: Backup) -> None:
    """The rows of the publication that the backup showed are unchanged, unless it was rolled back or an erasure
    removed some since: the server records each.
    """
    row = connection.execute(
        """
        select ops.publication_digest(p.publication)::text from ops.valid_publication as p
        where p.publication = %(standing)s
            and (select count(*) from ops.erasure_digest as e where e.publication = p.publication) = %(erasures)s
        """,
        vars(chosen),
    ).fetchone()
    if row is not None and row[0] != chosen.digest:
        raise BackupDamaged(
            where=f"{chosen.database}: publication {chosen.standing}",
            expected=f"digest {chosen.digest}",
            found=f"digest {row[0]}",
            todo="use another backup",
        )


def _prove_archived(sha256: bytes) -> None:
    try:
        with archive.open_stored(sha256, "file"):
            pass
    except (InvalidTag, UserError) as error:
        raise BackupDamaged(
            where=f"archive/{sha256.hex()[:2]}/{sha256.hex()}.sealed",
            expected="the sealed file of a delivery",
            found="not there" if isinstance(error, UserError) else "changed",
            todo="copy this file again from the home's archive, or run the backup again",
        ) from error


def assert_empty(home: Home, database: Path | None = None) -> None:
    """Raises UserError (`home_not_empty`) if a home, or the data folder of its server, holds anything but logs."""
    kept = [path for path in home.root.rglob("*") if not path.is_dir() and home.logs not in path.parents]
    if database is not None and database.exists():
        kept += database.iterdir()
    if kept:
        raise UserError(
            "目标不是空的 | the target is not empty",
            code="home_not_empty",
            where=str(kept[0]),
            expected="a new folder",
            todo="name another home, or move that one away; nothing was changed",
        )


@contextmanager
def _as_home(root: Path) -> Iterator[Home]:
    """A home of this process for the time of the block, which shares nothing with other machines."""
    before = {name: os.environ.pop(name, None) for name in ("WAREHOUSE_HOME", "WAREHOUSE_SHARED")}
    os.environ["WAREHOUSE_HOME"] = str(root)
    try:
        yield Home(root)
    finally:
        del os.environ["WAREHOUSE_HOME"]
        os.environ.update({name: value for name, value in before.items() if value is not None})
