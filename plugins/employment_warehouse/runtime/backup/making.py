"""Making a backup: all databases at one moment, the log up to it, the archive and the reports."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg

from employment_warehouse import settings
from employment_warehouse.database import base_backup, connect
from employment_warehouse.database.account import owner
from employment_warehouse.database.connections import address
from employment_warehouse.database.embedded import Server
from employment_warehouse.database.program_logins import SUPERUSER
from employment_warehouse.errors import UserError
from employment_warehouse.identity import DATA_KEY, check_value
from employment_warehouse.landing.ledger import require_keys
from employment_warehouse.runtime import signing_in
from employment_warehouse.runtime.backup.archived import delete_files_given_up, given_up
from employment_warehouse.runtime.backup.files import (
    assert_space,
    bytes_of,
    copy_file,
    copy_new,
    hand_over,
    no_space,
    set_owner,
)
from employment_warehouse.runtime.backup.keys import copy_keys, copy_keys_with_data_key
from employment_warehouse.runtime.backup.record import Backup, backups_of, complete
from employment_warehouse.settings import Home

# Seconds until the log is copied; and until the server may go on failing to copy it.
ARCHIVED_WITHIN_SECONDS = 300
FAILING_WITHIN_SECONDS = 30


def back_up(home: Home, folder: Path, keys: Path | None, keep: int) -> Backup:
    """Add a backup to a folder of backups, and keep the newest `keep`.

    Raises WrongTokenKey, WrongDataKey and UserError: `keys_not_apart`, `keys_foreign`, `backup_foreign`, `backup_busy`,
    `no_space`, `backup_failed`, `wal_not_archived`.
    """
    deployed = signing_in.use_database(home, SUPERUSER)
    if deployed.is_embedded:
        copy_keys(home, folder, keys)
    with _folder_of_backups(home, folder, is_embedded=deployed.is_embedded), connect(SUPERUSER) as connection:
        connection.autocommit = True
        _assert_own(connection, folder)
        _require_keys(connection, home)
        assert_space(folder, _database_bytes(connection) + bytes_of(home.archive) - bytes_of(folder / "archive"))
        backup = _add(connection, home, folder)
        # After the database, which knows no file that was archived later.
        copy_new(home.archive, folder / "archive", leave={DATA_KEY})
        if deployed.is_embedded:
            copy_keys_with_data_key(home, folder, keys)
        else:
            copy_file(home.archive / DATA_KEY, folder / "archive" / DATA_KEY)
        copy_new(home.reports, folder / "reports")
        complete(backup)
        delete_old(folder, home.archive, keep)
    return backup


def _require_keys(connection: psycopg.Connection, home: Home) -> None:
    """Require this warehouse's keys. A new warehouse has no data key yet: it is made here, so that its first backup has
    the key with which everything after it will be sealed.
    """
    require_keys(connection)
    hand_over([home.archive, home.archive / DATA_KEY, home.reports], owner(home.shared))


def _add(connection: psycopg.Connection, home: Home, folder: Path) -> Backup:
    name = datetime.now(settings.TIMEZONE).strftime("%Y-%m-%dT%H-%M-%S")
    place = folder / "base" / name
    place.mkdir(mode=0o700)
    lacking = tuple(
        given_up(connection, home.archive, folder / "archive")
    )  # before the database, which needs the others
    try:
        base_backup.take(address(SUPERUSER), place / "database")
    except UserError:
        shutil.rmtree(place)
        raise
    row = connection.execute(
        """
        select
            pg_create_restore_point(%s), coalesce((select max(p.publication) from ops.publication as p), 0),
            ops.chain_head(), ops.publication_digest(ops.chain_head())::text,
            (select count(*) from ops.erasure_digest as e where e.publication = ops.chain_head())
        """,
        [f"backup {name}"],
    ).fetchone()
    assert row is not None
    _await_log(connection, folder / "wal")
    shutil.copytree(home.seeds, place / "seeds")
    return Backup(place, datetime.now(settings.TIMEZONE), row[1], row[2], row[3], check_value().hex(), row[4], lacking)


def _await_log(connection: psycopg.Connection, wal: Path) -> None:
    """Wait until the server has copied all of the log up to now."""
    segment = connection.execute("select pg_walfile_name(pg_switch_wal())").fetchone()
    assert segment is not None
    began = time.monotonic()
    while not (wal / segment[0]).exists():
        failed = connection.execute(
            "select last_failed_wal from pg_stat_archiver"
            " where last_failed_time > coalesce(last_archived_time, '-infinity')"
        ).fetchone()
        waited = time.monotonic() - began
        if waited > ARCHIVED_WITHIN_SECONDS or (failed and waited > FAILING_WITHIN_SECONDS):
            raise UserError(
                "数据库日志未能存入备份 | the server did not copy its log to the backup",
                code="wal_not_archived",
                where=str(wal),
                found="" if failed is None else f"failed: {failed[0]}",
                todo="the account of PostgreSQL must be able to write there; its log says what failed. Then run the "
                "backup again",
                exit_code=1,
            )
        time.sleep(0.1)


@contextmanager
def _folder_of_backups(home: Home, folder: Path, *, is_embedded: bool) -> Iterator[None]:
    """The folder, made ready; one backup at a time works in it."""
    for path in (folder, folder / "base", folder / "wal"):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_embedded:
            _let_server_archive(Server(home), folder / "wal")
        else:
            set_owner(folder / "wal", owner(folder))
        yield
    except BlockingIOError:
        raise UserError(
            "另一个备份正在进行 | another backup is in progress",
            code="backup_busy",
            where=str(folder),
            todo="wait until it has finished",
        ) from None
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise no_space(folder, None) from error
    finally:
        os.close(lock)


def _let_server_archive(server: Server, wal: Path) -> None:
    if os.geteuid() == 0 and owner(server.data) != 0:  # its account must be able to enter
        set_owner(wal, owner(server.data))
        wal.parent.chmod(0o711)
    if server.wal_archive.is_symlink() and server.wal_archive.readlink() == wal.resolve():
        return
    server.wal_archive.unlink(missing_ok=True)
    server.wal_archive.symlink_to(wal.resolve())


def delete_old(folder: Path, archive: Path, keep: int) -> None:
    """Delete all but the newest backups, and what none of those needs of the log and of the files that the archive has
    given up.
    """
    kept = backups_of(folder)[-keep:]
    for place in (folder / "base").iterdir():
        if place not in [backup.folder for backup in kept]:
            shutil.rmtree(place)
    base_backup.delete_log(folder / "wal", kept[0].database)
    delete_files_given_up(kept, archive, folder / "archive")


def _assert_own(connection: psycopg.Connection, folder: Path) -> None:
    row = connection.execute("select system_identifier from pg_control_system()").fetchone()
    others = [
        backup for backup in backups_of(folder) if base_backup.system_identifier(backup.database) != (row or [0])[0]
    ]
    if others:
        raise UserError(
            "此处是另一个数据仓库的备份 | these are backups of another warehouse",
            code="backup_foreign",
            where=str(others[0].folder),
            todo="name another folder: each warehouse has its own",
        )


def _database_bytes(connection: psycopg.Connection) -> int:
    row = connection.execute("select sum(pg_database_size(d.oid))::bigint from pg_database as d").fetchone()
    return 0 if row is None else int(row[0])
