"""A folder of backups of one warehouse, made while nights run; and a warehouse restored from it.

    base/<time>/database/     all databases at one moment, with a checksum of each file (`pg_basebackup`)
    base/<time>/seeds/        the operator's own seeds
    base/<time>/backup.json   written last: a folder without it is what a broken-off backup left
    wal/                      the write-ahead log since the first backup: the server copies each segment as it ends
    archive/, reports/        the sealed files of all deliveries, and the reports

The keys are not in it: without them nothing in it can be read back to a person. They go to a folder of their own.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from cryptography.exceptions import InvalidTag

from employment_warehouse import settings
from employment_warehouse.database import base_backup, connect
from employment_warehouse.database.account import choose_data_folder, owner
from employment_warehouse.database.base_backup import BackupDamaged
from employment_warehouse.database.connections import address
from employment_warehouse.database.embedded import Server, configuration
from employment_warehouse.database.roles import SUPERUSER
from employment_warehouse.errors import UserError
from employment_warehouse.identity import check_value
from employment_warehouse.landing import archive
from employment_warehouse.runtime import deployment, history
from employment_warehouse.settings import Home

ARCHIVED_WITHIN = 300
Moment = int | datetime


@dataclass(frozen=True)
class Backup:
    """One base backup. publication: the newest at its end; standing: the one shown then, with the digest of its rows
    (0: none). key_check: of the token key.
    """

    folder: Path
    ended_at: datetime
    publication: int
    standing: int
    digest: str
    key_check: str

    @property
    def database(self) -> Path:
        return self.folder / "database"

    @property
    def restore_point(self) -> str:
        """The name of its end in the log."""
        return f"backup {self.folder.name}"


def back_up(home: Home, folder: Path, keys: Path | None, keep: int) -> Backup:
    """Add a backup to a folder of backups, and keep the newest `keep`.

    Raises UserError: `keys_not_apart`, `keys_foreign`, `backup_foreign`, `backup_busy`, `no_space`, `backup_failed`,
    `wal_not_archived`.
    """
    deployed = deployment.use_database(home, SUPERUSER)
    if deployed.is_embedded:
        _copy_keys(home, folder, keys)
    with _folder_of_backups(home, folder, is_embedded=deployed.is_embedded), connect(SUPERUSER) as connection:
        connection.autocommit = True
        _assert_own(connection, folder)
        _assert_space(folder, _database_bytes(connection) + _bytes_of(home.archive) - _bytes_of(folder / "archive"))
        made = _add(connection, home, folder)
        # After the database, which knows no file that was archived later.
        _copy_new(home.archive, folder / "archive")
        _copy_new(home.reports, folder / "reports")
        _delete_old(folder, keep)
    return made


def backups_of(folder: Path) -> list[Backup]:
    """The complete ones, oldest first."""
    found = []
    for path in sorted((folder / "base").glob("*/backup.json")):
        try:
            kept = json.loads(path.read_text())
            moment = datetime.fromisoformat(kept.pop("ended_at"))
            found.append(Backup(folder=path.parent, ended_at=moment, **kept))
        except (ValueError, TypeError, KeyError) as error:
            raise BackupDamaged(where=str(path), todo="use another backup") from error
    return found


def read_moment(text: str) -> Moment:
    """A publication (`57`), or a time: of Beijing where no zone is given. Raises ValueError."""
    if text.isdigit():
        return int(text)
    given = datetime.fromisoformat(text)
    return given if given.tzinfo else given.replace(tzinfo=settings.TIMEZONE)


def restore(
    home: Home, folder: Path, keys: Path | None, until: Moment | None = None, database: Path | None = None
) -> Backup:
    """Make a new home from a folder of backups: to the end of its log, or as it was at a time or after a publication.

    database: the data folder of a server of its own, where the home has none. Raises BackupDamaged and UserError:
    `home_not_empty`, `no_backup`, `no_earlier_backup`, `keys_missing`, `keys_foreign`, `no_space`, `target_missed`,
    `restore_failed`.
    """
    chosen = _choose(folder, until)
    _assert_empty(home, database)
    log_bytes = _bytes_of(folder / "wal")
    _assert_space(home.root, _bytes_of(chosen.database) + _bytes_of(folder / "archive") + log_bytes)
    _install_keys(home, chosen, keys)
    base_backup.prove(chosen.database)
    if until is None:
        base_backup.prove_log(chosen.database, folder / "wal")
    with _recovered(home, chosen, database, _target(chosen, until)) as connection:
        _assert_digest(connection, chosen)
        newest = connection.execute("select coalesce(max(publication), 0) from ops.publication").fetchone()
    for name, source in (("archive", folder), ("reports", folder), ("seeds", chosen.folder)):
        _copy_new(source / name, home.shared / name)
    if until is not None and newest is not None:
        history.delete_after(home, newest[0])
    for place in {home.root, home.shared}:
        _set_owner(place, owner(place))
    os.sync()
    return chosen


def verify(folder: Path, keys: Path | None) -> Backup:
    """Prove that the newest backup can be restored: it is, to a temporary home, and each archived file is unsealed.

    Touches no warehouse. Raises what `restore` raises.
    """
    chosen = _choose(folder, None)
    with tempfile.TemporaryDirectory(prefix="verify-") as place, _as_home(Path(place)) as home:
        _assert_space(home.root, _bytes_of(chosen.database) + _bytes_of(folder / "wal"))
        _install_keys(home, chosen, keys)
        base_backup.prove(chosen.database)
        base_backup.prove_log(chosen.database, folder / "wal")
        with _recovered(home, chosen, None, _target(chosen, chosen.publication)) as connection:
            _assert_digest(connection, chosen)
            needed = _archived_files(connection, chosen)
        home.archive.rmdir()
        (home.shared / "archive").symlink_to((folder / "archive").resolve())
        for sha256 in needed:
            _prove_archived(sha256)
        shutil.rmtree(Server(home).data.resolve())
    return chosen


# --- taking ----------------------------------------------------------------------------------------------------------


def _add(connection: psycopg.Connection, home: Home, folder: Path) -> Backup:
    name = datetime.now(settings.TIMEZONE).strftime("%Y-%m-%dT%H-%M-%S")
    place = folder / "base" / name
    place.mkdir(mode=0o700)
    try:
        base_backup.take(address(SUPERUSER), place / "database")
    except UserError:
        shutil.rmtree(place)
        raise
    row = connection.execute(
        """
        select
            pg_create_restore_point(%s), coalesce((select max(p.publication) from ops.publication as p), 0),
            ops.chain_head(), ops.publication_digest(ops.chain_head())::text
        """,
        [f"backup {name}"],
    ).fetchone()
    assert row is not None
    _await_log(connection, folder / "wal")
    shutil.copytree(home.seeds, place / "seeds")
    ended = datetime.now(settings.TIMEZONE)
    made = Backup(place, ended, row[1], row[2], row[3], check_value().hex())
    record = {key: value for key, value in vars(made).items() if key not in ("folder", "ended_at")}
    settings.write_whole(place / "backup.json", json.dumps(record | {"ended_at": ended.isoformat()}))
    return made


def _await_log(connection: psycopg.Connection, wal: Path) -> None:
    """Wait until the server has copied all of the log up to now."""
    segment = connection.execute("select pg_walfile_name(pg_switch_wal())").fetchone()
    assert segment is not None
    deadline = time.monotonic() + ARCHIVED_WITHIN
    while not (wal / segment[0]).exists():
        failed = connection.execute(
            "select last_failed_wal from pg_stat_archiver"
            " where last_failed_time > coalesce(last_archived_time, '-infinity')"
        ).fetchone()
        if time.monotonic() > deadline or (failed and time.monotonic() > deadline - ARCHIVED_WITHIN + 30):
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
            _set_owner(folder / "wal", owner(folder))
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
        raise _no_space(folder, None) from error
    finally:
        os.close(lock)


def _let_server_archive(server: Server, wal: Path) -> None:
    if os.geteuid() == 0 and owner(server.data) != 0:  # its account must be able to enter
        _set_owner(wal, owner(server.data))
        wal.parent.chmod(0o711)
    if server.wal_archive.is_symlink() and server.wal_archive.readlink() == wal.resolve():
        return
    server.wal_archive.unlink(missing_ok=True)
    server.wal_archive.symlink_to(wal.resolve())


def _delete_old(folder: Path, keep: int) -> None:
    complete = {backup.folder for backup in backups_of(folder)[-keep:]}
    for place in (folder / "base").iterdir():
        if place not in complete:
            shutil.rmtree(place)
    base_backup.delete_log(folder / "wal", min(complete) / "database")


# --- restoring -------------------------------------------------------------------------------------------------------


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
    earlier = [
        backup
        for backup in complete
        if (backup.publication if isinstance(until, int) else backup.ended_at) <= until  # type: ignore[operator]
    ]
    if not earlier:
        first = complete[0]
        raise UserError(
            "没有早于该时刻的备份 | there is no backup from before that moment",
            code="no_earlier_backup",
            where=str(folder),
            expected=f"publication {first.publication} or later, {first.ended_at:%Y-%m-%dT%H:%M:%S} or later",
            found=str(until),
        )
    return earlier[-1]


def _target(chosen: Backup, until: Moment | None) -> dict[str, str]:
    """A moment, as PostgreSQL's recovery takes it."""
    if until is None:
        return {}
    if isinstance(until, datetime):
        return {"recovery_target_time": until.isoformat()}
    name = chosen.restore_point if until == chosen.publication else f"publication {until}"
    return {"recovery_target_name": name}


@contextmanager
def _recovered(
    home: Home, chosen: Backup, database: Path | None, target: dict[str, str]
) -> Iterator[psycopg.Connection]:
    place = database or choose_data_folder(home)
    shutil.copytree(chosen.database, place, dirs_exist_ok=True)
    place.chmod(0o700)
    if database is None:
        (place / "postgresql.auto.conf").write_text("".join(configuration()))  # for the memory of this machine
    _set_owner(place, owner(place.parent))
    with base_backup.recovered(place, chosen.folder.parents[1] / "wal", target) as connection:
        yield connection
    if database is None and place != home.postgres / "data":
        (home.postgres / "data").symlink_to(place)


def _assert_digest(connection: psycopg.Connection, chosen: Backup) -> None:
    """The rows of the publication that the backup showed are those of then, unless it was rolled back since."""
    row = connection.execute(
        """
        select ops.publication_digest(p.publication)::text from ops.publication as p
        where p.publication = %s and p.rolled_back_at is null
        """,
        [chosen.standing],
    ).fetchone()
    if row is not None and row[0] != chosen.digest:
        raise BackupDamaged(
            where=f"{chosen.database}: publication {chosen.standing}",
            expected=f"digest {chosen.digest}",
            found=f"digest {row[0]}",
            todo="use another backup",
        )


def _archived_files(connection: psycopg.Connection, chosen: Backup) -> list[bytes]:
    rows = connection.execute(
        """
        select distinct d.sha256 from ops.delivery as d
        where d.kind in ('file', 'pages', 'correction') and d.status <> 'refused' and d.landed_at <= %s
        """,
        [chosen.ended_at],
    )
    return [bytes(sha256) for (sha256,) in rows]


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


def _assert_empty(home: Home, database: Path | None) -> None:
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


# --- keys ------------------------------------------------------------------------------------------------------------


def _copy_keys(home: Home, folder: Path, keys: Path | None) -> None:
    """The home's keys, to their own folder."""
    inside, there = folder.resolve(), None if keys is None else keys.resolve()
    if there is None or inside == there or inside in there.parents or there in inside.parents:
        raise UserError(
            "密钥须另存一处 | the keys must be kept apart from the backup",
            code="keys_not_apart",
            where=str(keys or ""),
            expected="`--keys FOLDER`: another folder, best on another medium",
            todo="without the keys a backup is of no use; with them beside it, whoever finds it can read identities",
        )
    own = home.secrets / "keys.json"
    settings.secret_keys()  # makes them, in a new home
    copy = there / own.name
    if copy.exists() and _token_key(copy) != _token_key(own):
        raise _keys_foreign(copy)
    there.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.write_whole(copy, own.read_text())


def _install_keys(home: Home, chosen: Backup, keys: Path | None) -> None:
    """The keys of a backup into a new home; they are compared with the backup's."""
    copy = None if keys is None else keys / "keys.json"
    if copy is not None and copy.exists():
        settings.write_whole(home.secrets / "keys.json", copy.read_text())
    elif copy is not None or deployment.current(home).is_embedded:
        raise _keys_missing(copy)
    if check_value().hex() != chosen.key_check:
        (home.secrets / "keys.json").unlink(missing_ok=True)
        raise _keys_foreign(copy)


def _keys_missing(path: Path | None) -> UserError:
    return UserError(
        "缺少密钥 | the keys are missing",
        code="keys_missing",
        where=str(path or ""),
        expected="`--keys FOLDER`: the folder that `warehouse backup` wrote keys.json to",
        todo="without them no new delivery matches earlier ones, and the archive cannot be read",
    )


def _token_key(path: Path) -> str:
    try:
        return str(json.loads(path.read_text())["token_key"])
    except (ValueError, KeyError):
        return ""


def _keys_foreign(path: Path | None) -> UserError:
    return UserError(
        "密钥属于另一个数据仓库 | these keys are of another warehouse",
        code="keys_foreign",
        where=str(path or "WAREHOUSE_TOKEN_KEY"),
        expected="the keys of the warehouse that was backed up",
        todo="name the right folder with `--keys`; a folder holds the keys of one warehouse",
    )


# --- files and space -------------------------------------------------------------------------------------------------


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


def _assert_space(folder: Path, needed: int) -> None:
    if shutil.disk_usage(folder).free < needed * 1.05:
        raise _no_space(folder, needed)


def _no_space(folder: Path, needed: int | None) -> UserError:
    return UserError(
        "磁盘空间不足 | there is not enough space on the disk",
        code="no_space",
        where=str(folder),
        expected="" if needed is None else f"{needed * 1.05 / 2**30:.2f} GiB",
        found=f"{shutil.disk_usage(folder).free / 2**30:.2f} GiB",
        todo="free space there, or name another folder",
        exit_code=1,
    )


def _database_bytes(connection: psycopg.Connection) -> int:
    row = connection.execute("select sum(pg_database_size(d.oid))::bigint from pg_database as d").fetchone()
    return 0 if row is None else int(row[0])


def _bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _set_owner(place: Path, account: int) -> None:
    """Let an account own a folder with all that is in it, where root makes it for another."""
    if os.geteuid() == 0 and account != 0:
        for path in (place, *place.rglob("*")):
            os.chown(path, account, -1, follow_symlinks=False)


def _copy_new(source: Path, target: Path) -> None:
    """Copy the files that are new or newer; each appears whole or not at all."""
    for path in source.rglob("*"):
        copy = target / path.relative_to(source)
        if not path.is_file() or re.search(r"\.(tmp|part)$", path.name) or _is_copied(path, copy):
            continue
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = copy.with_name(f"{copy.name}.part")
        shutil.copy2(path, draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(copy)


def _is_copied(path: Path, copy: Path) -> bool:
    if not copy.exists():
        return False
    here, there = path.stat(), copy.stat()
    return (here.st_size, here.st_mtime_ns) == (there.st_size, there.st_mtime_ns)


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
