"""A backup is made while a night runs, proved, and restored; or it is refused with the reason."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from tests.kit import files
from tests.kit.nights import Nights, standing
from tests.kit.people import id_number
from tests.kit.process import run_warehouse
from tests.kit.server import running_server

from employment_warehouse import landing, publication, transform
from employment_warehouse.database import base_backup
from employment_warehouse.database.embedded import Server
from employment_warehouse.errors import UserError
from employment_warehouse.identity import make_data_key
from employment_warehouse.landing import archive
from employment_warehouse.runtime import backup, rotation, steps
from employment_warehouse.runtime.backup import making
from employment_warehouse.runtime.backup.archived import given_up
from employment_warehouse.runtime.backup.files import copy_new
from employment_warehouse.settings import TIMEZONE, Home

OPTIONS = {"fsync": "off", "shared_buffers": "'64MB'", "max_wal_size": "'256MB'", "min_wal_size": "'32MB'"}
FIRST = date(2024, 5, 1)
SELECT = "stg_workshop reported_workshop dim_workshop"
MODELS = ("reported_workshop", "dim_workshop")


@contextmanager
def running(home: Home) -> Iterator[Nights]:
    """The warehouse of a home, served as it is."""
    server = Server(home)
    server.start()
    try:
        with server.connect_superuser() as connection, patch.dict(os.environ, server.environment()):
            connection.autocommit = True
            yield Nights(connection, SELECT)
    finally:
        server.stop()


def send(zone: Path, day: date, **workers: int) -> None:
    """A county's list of workshops: their numbers of workers, by number of the workshop."""
    rows = [{"workshop_no": number, "workers": str(count)} for number, count in workers.items()]
    files.put(zone, files.rows_of("workshop", *rows), feed="workshop", day=day)


def begin(nights: Nights, day: date) -> int:
    """Ingest what was sent, and build the models of the night; its build."""
    files.ingest_all(day)
    build = nights.start(day)
    transform.run_dbt(SELECT, build)
    return build


def shown(nights: Nights) -> dict[str, Any]:
    return {model: nights.digest(model) for model in MODELS} | {"standing": standing()}


@dataclass
class Site:
    """A warehouse with its backups, and what it showed after each publication."""

    root: Path
    showed: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def zone(self) -> Path:
        return self.root / "landing zone"

    @property
    def home(self) -> Home:
        return Home(self.root / "home")

    @property
    def backups(self) -> Path:
        return self.root / "all backups"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @contextmanager
    def as_home(self, home: Home) -> Iterator[None]:
        with patch.dict(os.environ, {"WAREHOUSE_HOME": str(home.root), "WAREHOUSE_LANDING_ZONE": str(self.zone)}):
            yield

    def publish(self, nights: Nights, day: date, **workers: int) -> None:
        send(self.zone, day, **workers)
        number = nights.publish(begin(nights, day))
        self.showed[number] = shown(nights)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two nights and a bad third one; a backup in the midst of the second, and one after the third."""
    site = Site(tmp_path_factory.mktemp("site"))
    site.home.root.mkdir()
    with site.as_home(site.home), running_server(site.home, OPTIONS) as server:
        with server.connect_superuser() as connection:
            connection.autocommit = True
            nights = Nights(connection, SELECT)
            site.publish(nights, FIRST, A=20, B=15)
            send(site.zone, FIRST + timedelta(1), A=20, C=30)
            build = begin(nights, FIRST + timedelta(1))
            done = run_warehouse("backup", str(site.backups), "--keys", str(site.keys), home=site.home.root)
            assert done.returncode == 0, done.stderr
            number = nights.publish(build)
            site.showed[number] = shown(nights)
            site.publish(nights, FIRST + timedelta(2), A=99)
            backup.back_up(site.home, site.backups, site.keys, 14)
        yield site


@pytest.fixture
def target(tmp_path: Path) -> Home:
    home = Home(tmp_path / "new home")
    home.root.mkdir()
    return home


def restore(site: Site, target: Home, **wanted: Any) -> backup.Backup:
    return restored(site, target, **wanted).backup


def restored(site: Site, target: Home, **wanted: Any) -> backup.Restoration:
    with site.as_home(target):
        return backup.restore(target, site.backups, site.keys, **wanted)


def flip(path: Path, place: int) -> None:
    """Change one bit of a file."""
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1]))


@pytest.fixture
def damaged(site: Site, tmp_path: Path) -> Path:
    """A copy of the backups, to be damaged."""
    return shutil.copytree(site.backups, tmp_path / "damaged")


def test_the_restored_warehouse_publishes_the_next_night_as_the_one_that_never_stopped(
    site: Site, target: Home
) -> None:
    restore(site, target)
    fourth = FIRST + timedelta(3)
    with site.as_home(target), running(target) as restored:
        assert shown(restored) == site.showed[3]
        assert sorted(path.name for path in target.archive.rglob("*.sealed")) == sorted(
            path.name for path in site.home.archive.rglob("*.sealed")
        )
        send(site.zone, fourth, A=21, C=30)
        restored.publish(begin(restored, fourth))
        after = shown(restored)
    with site.as_home(site.home), Server(site.home).connect_superuser() as connection:
        connection.autocommit = True
        nights = Nights(connection, SELECT)
        nights.publish(begin(nights, fourth))
        never_stopped = shown(nights)
    assert [after[model] for model in MODELS] == [never_stopped[model] for model in MODELS]
    assert after["dim_workshop"] != site.showed[3]["dim_workshop"]


def test_a_warehouse_whose_only_backup_is_from_before_its_first_night_is_restored_to_the_last(
    target: Home, tmp_path: Path
) -> None:
    site = Site(tmp_path)
    with (
        site.as_home(site.home),
        running_server(site.home, OPTIONS) as server,
        server.connect_superuser() as connection,
    ):
        connection.autocommit = True
        done = run_warehouse("backup", str(site.backups), "--keys", str(site.keys), home=site.home.root)
        assert done.returncode == 0, done.stderr
        site.publish(Nights(connection, SELECT), FIRST, A=20)
        making._await_log(connection, site.backups / "wal")
    assert restored(site, target).standing == 1
    second = FIRST + timedelta(1)
    with site.as_home(target), running(target) as after:
        assert shown(after) == site.showed[1]
        send(site.zone, second, A=21)
        number = after.publish(begin(after, second))
        assert standing() == number


@pytest.mark.parametrize("archive_has", ["no data key", "another data key"])
def test_no_backup_is_made_without_the_data_key_of_what_it_has(site: Site, tmp_path: Path, archive_has: str) -> None:
    key, kept = site.home.archive / "data_key.json", tmp_path / "kept.json"
    key.rename(kept)
    before = backup.backups_of(site.backups)
    try:
        if archive_has == "another data key":
            with site.as_home(site.home):
                make_data_key()
        done = run_warehouse("backup", str(site.backups), "--keys", str(site.keys), home=site.home.root)
    finally:
        kept.replace(key)
    assert done.returncode == 2
    assert "档案中没有本库的数据密钥" in done.stderr
    assert backup.backups_of(site.backups) == before


def test_a_warehouse_is_restored_to_the_publication_before_a_bad_night(site: Site, target: Home) -> None:
    chosen = restore(site, target, until=2)
    assert chosen.publication == 1
    with running(target) as restored:
        assert shown(restored) == site.showed[2]
        assert restored.rows("select publication from marts.publications order by 1") == [(1,), (2,)]


def test_a_backup_in_the_middle_of_a_night_is_that_of_the_publication_before(site: Site, target: Home) -> None:
    restore(site, target, until=1)
    with running(target) as restored:
        assert standing() == 1
        restored.scalar("select ops.undo_unpublished()")
        assert shown(restored) == site.showed[1]


def test_a_moment_is_a_time_too(site: Site, target: Home) -> None:
    with Server(site.home).connect_superuser() as connection:
        row = connection.execute("select published_at from ops.publication where publication = 3").fetchone()
    assert row is not None
    restore(site, target, until=row[0])
    with running(target) as restored:
        assert restored.scalar("select max(publication) from marts.publications") == standing() == 2


def test_verify_proves_the_newest_backup_without_deleted_ones(site: Site, damaged: Path, tmp_path: Path) -> None:
    before = {path.name for path in (damaged / "wal").iterdir()}
    newest = backup.backups_of(damaged)[-1]
    making.delete_old(damaged, site.home.archive, 1)
    assert backup.backups_of(damaged) == [newest]
    assert {path.name for path in (damaged / "wal").iterdir()} < before
    place = tmp_path / "verify"
    place.mkdir()
    done = run_warehouse(
        "backup", str(damaged), "--keys", str(site.keys), "--verify", home=site.home.root, TMPDIR=str(place)
    )
    assert done.returncode == 0, done.stderr
    assert "可以恢复" in done.stderr
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("part", ["a file of the database", "the log", "an archived file"])
def test_a_damaged_backup_is_found(site: Site, damaged: Path, part: str) -> None:
    newest = backup.backups_of(damaged)[-1]
    sealed = next((damaged / "archive").rglob("*.sealed"))
    if part == "a file of the database":
        flip(max((newest.database / "base").rglob("*"), key=lambda path: path.stat().st_size), 5000)
    elif part == "the log":
        needed = base_backup.log_range(newest.database).end.split("/")[1]
        flip(sorted(path for path in (damaged / "wal").iterdir() if len(path.name) == 24)[-1], 60 + int(needed, 16) % 8)
    else:
        flip(sealed, 20)
    with pytest.raises(base_backup.BackupDamaged) as found:
        backup.verify(damaged, site.keys)
    assert str(damaged) in found.value.where or sealed.name in found.value.where


def test_a_restore_finds_the_flipped_byte_too(site: Site, damaged: Path, target: Home) -> None:
    newest = backup.backups_of(damaged)[-1]
    flip(max((newest.database / "base").rglob("*"), key=lambda path: path.stat().st_size), 5000)
    done = run_warehouse("restore", str(damaged), "--keys", str(site.keys), home=target.root)
    assert done.returncode == 1
    assert "备份已损坏" in done.stderr


@pytest.mark.parametrize(
    ("case", "code", "words"),
    [
        ("target not empty", 2, "目标不是空的"),
        ("no keys", 2, "缺少密钥"),
        ("keys of another", 2, "密钥属于另一个"),
        ("keys that open nothing", 2, "封存密钥不符"),
        ("no space", 1, "磁盘空间不足"),
        ("no backup", 2, "没有完整的备份"),
        ("before the first", 2, "没有早于该时刻的备份"),
        ("after the last", 2, "备份没有这一时刻"),
        ("not a moment", 2, "57"),
    ],
)
def test_a_failed_restore_gives_its_reason(site: Site, tmp_path: Path, case: str, code: int, words: str) -> None:
    folder, keys, more, target = site.backups, site.keys, [], Home(tmp_path / "new home")
    target.root.mkdir(mode=0o700)
    if case == "target not empty":
        (target.root / "notes.txt").write_text("kept")
    elif case == "no keys":
        keys = tmp_path / "empty"
    elif case == "keys of another":
        keys = Home(tmp_path / "other").secrets
        with site.as_home(Home(tmp_path / "other")):
            Home(tmp_path / "other").secret("any")
    elif case == "keys that open nothing":
        keys = shutil.copytree(site.keys, tmp_path / "keys")
        kept = json.loads((keys / "keys.json").read_text())
        (keys / "keys.json").write_text(json.dumps(kept | {"wrapping_key": "ab" * 32}))
    elif case == "no space":
        folder = tmp_path / "large"
        shutil.copytree(site.backups, folder)
        with (folder / "archive" / "large.sealed").open("wb") as file:
            file.truncate(shutil.disk_usage(tmp_path).free)
    elif case == "no backup":
        folder = tmp_path
    else:
        more = ["--until", {"before the first": "2024-01-01", "after the last": "4711", "not a moment": "soon"}[case]]
    done = run_warehouse("restore", str(folder), "--keys", str(keys), *more, home=target.root)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    if case.startswith("keys"):
        assert not target.keys_file.exists()
    if case == "target not empty":
        assert [path.name for path in target.root.rglob("*") if path.is_file()] == ["notes.txt"]


@pytest.mark.parametrize("keys", [None, "all backups", "all backups/keys", "."])
def test_keys_are_kept_apart(site: Site, keys: str | None) -> None:
    with pytest.raises(Exception, match="apart"), site.as_home(site.home):
        backup.back_up(site.home, site.backups, None if keys is None else site.root / keys, 14)


def test_keys_are_in_no_backup(site: Site) -> None:
    secret = site.home.keys_file.read_bytes()
    assert (site.keys / "keys.json").read_bytes() == secret
    assert (site.keys / "keys.json").stat().st_mode & 0o077 == 0
    assert not list(site.backups.rglob("keys.json"))


def test_backups_of_another_warehouse_are_not_mixed(site: Site, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    other.root.mkdir()
    with running_server(other, OPTIONS):
        done = run_warehouse("backup", str(site.backups), "--keys", str(tmp_path / "keys"), home=other.root)
    assert done.returncode == 2
    assert "另一个数据仓库的备份" in done.stderr


def test_a_backup_that_ends_while_the_archive_is_copied_is_none(site: Site) -> None:
    before = backup.backups_of(site.backups)
    killed = patch.object(making, "copy_new", side_effect=KeyboardInterrupt)
    with site.as_home(site.home), killed, pytest.raises(KeyboardInterrupt):
        backup.back_up(site.home, site.backups, site.keys, 14)
    assert len(list((site.backups / "base").iterdir())) == len(before) + 1
    assert backup.verify(site.backups, site.keys) == before[-1]


@pytest.mark.parametrize("moment", ["first copied", "copied before"])
def test_a_file_that_an_erasure_replaces_meanwhile_is_copied_as_its_copy(tmp_path: Path, moment: str) -> None:
    source, target = tmp_path / "archive" / "ab", tmp_path / "copied" / "ab"
    source.mkdir(parents=True)
    (source / "abc.sealed").write_text("original")
    if moment == "copied before":
        copy_new(source, target)
    (source / "abd.sealed").write_text("another")
    copy = shutil.copy2

    def replace_and_copy(path: Path, draft: Path) -> None:
        if (source / "abc.sealed").exists():
            (source / "abc.csv.sealed").write_text("without a person")
            (source / "abc.sealed").unlink()
        copy(path, draft)

    with patch.object(shutil, "copy2", replace_and_copy):
        copy_new(source, target)
    kept = {"abc.sealed"} if moment == "copied before" else set()
    assert {path.name for path in target.iterdir()} == {"abc.csv.sealed", "abd.sealed"} | kept


@pytest.fixture(scope="module")
def erased(site: Site) -> Site:
    """The site, where somebody was erased whom the last backup shows."""
    day = FIRST + timedelta(10)
    person = {"id_number": id_number(1), "is_relocated": "否"}
    register = files.rows_of("labor_register", person, person | {"id_number": id_number(2)})
    with site.as_home(site.home), Server(site.home).connect_superuser() as connection:
        connection.autocommit = True
        nights = Nights(connection, "stg_labor_register reported_labor_register")
        files.put(site.zone, register, feed="labor_register", day=day)
        files.ingest_all(day)
        nights.night(day)
        backup.back_up(site.home, site.backups, site.keys, 14)
        landing.ask_erasure(id_number(1), "asked for in writing")
        steps.erase_persons()
        making._await_log(connection, site.backups / "wal")
    return site


def test_a_restore_after_an_erasure_is_not_refused(erased: Site, target: Home) -> None:
    restore(erased, target)
    with running(target) as restored:
        assert restored.scalar("select count(*) from vault.erasure where done_at is not null") == 1
        assert restored.scalar("select count(*) from vault.person") == 1


def archived(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("??/*")}


def test_what_was_erased_or_has_expired_stays_in_older_backups_alone(
    erased: Site, target: Home, tmp_path: Path
) -> None:
    after_erasure = datetime.now(TIMEZONE)
    with erased.as_home(erased.home), Server(erased.home).connect_superuser() as connection:
        connection.execute("update seeds.setting set value = '8' where name = 'retention_archive_days'")
        connection.commit()
        expired = landing.delete_expired()
        assert expired is not None and expired.files > 1
        made = backup.back_up(erased.home, erased.backups, erased.keys, 14)
    own, copied = archived(erased.home.archive), archived(erased.backups / "archive")
    assert own < copied and len(copied - own) == expired.files + 1
    restore(erased, target)
    assert archived(target.archive) == own

    earlier = Home(tmp_path / "earlier")
    earlier.root.mkdir()
    assert restore(erased, earlier, until=after_erasure) != made
    [original] = copied - archived(earlier.archive)
    assert original.replace(".", ".csv.", 1) in own

    pruned = shutil.copytree(erased.backups, tmp_path / "pruned")
    making.delete_old(pruned, erased.home.archive, 1)
    assert archived(pruned / "archive") == own
    backup.verify(pruned, erased.keys)


def test_a_restore_to_before_an_erasure_has_the_file_that_its_ledger_counts(erased: Site, target: Home) -> None:
    with erased.as_home(erased.home), Server(erased.home).connect_superuser() as connection:
        [[begun]] = connection.execute("select done_at from vault.erasure").fetchall()
        backup.back_up(erased.home, erased.backups, erased.keys, 14)
    [copy] = [name for name in archived(erased.backups / "archive") if ".csv." in name]
    restore(erased, target, until=begun)
    assert {copy, copy.replace(".csv", "")} & archived(target.archive) == {copy.replace(".csv", "")}


def test_no_backup_gives_up_files_because_the_archive_has_lost_some(erased: Site, tmp_path: Path) -> None:
    lost = shutil.copytree(erased.home.archive, tmp_path / "archive")
    next(lost.glob("??/*")).unlink()
    with Server(erased.home).connect_superuser() as connection:
        assert given_up(connection, erased.home.archive, erased.backups / "archive") != []
        assert given_up(connection, lost, erased.backups / "archive") == []


def test_a_restore_has_the_copy_where_a_file_only_mentioned_who_was_erased(erased: Site, target: Home) -> None:
    counted = "update ops.delivery set rows_erased = 0, rows_read = rows_read - 1 where rows_erased = 1"
    with erased.as_home(erased.home), Server(erased.home).connect_superuser() as connection:
        connection.execute(counted)
        connection.commit()
        backup.back_up(erased.home, erased.backups, erased.keys, 14)
    restore(erased, target)
    assert archived(target.archive) == archived(erased.home.archive)


def test_a_backup_that_fails_after_a_rotation_leaves_the_earlier_ones_readable(site: Site) -> None:
    before = backup.backups_of(site.backups)
    with site.as_home(site.home):
        rotation.rotate_keys()
        with patch.object(making, "copy_new", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
            backup.back_up(site.home, site.backups, site.keys, 14)
    assert backup.verify(site.backups, site.keys) == before[-1]


def test_a_backup_during_which_the_keys_are_rotated_is_readable(site: Site, target: Home) -> None:
    def rotate_and_copy(source: Path, copied: Path, leave: Container[str] = ()) -> None:
        if source == site.home.archive:
            rotation.rotate_keys()
        copy_new(source, copied, leave)

    earlier = shutil.copytree(site.backups, site.root / "copy of the backups")
    with site.as_home(site.home), patch.object(making, "copy_new", rotate_and_copy):
        made = backup.back_up(site.home, site.backups, site.keys, 14)
    assert backup.verify(site.backups, site.keys) == made
    with site.as_home(target):
        backup.restore(target, earlier, site.keys)
        sealed = next(target.archive.glob("??/*.sealed"))
        with archive.open_stored(bytes.fromhex(sealed.name.partition(".")[0]), "file"):
            pass


def test_files_that_arrived_after_the_last_backup_are_named_and_archived_again(
    site: Site, target: Home, tmp_path: Path
) -> None:
    day = FIRST + timedelta(20)
    before = archived(site.backups / "archive")
    with site.as_home(site.home), Server(site.home).connect_superuser() as connection:
        connection.autocommit = True
        nights = Nights(connection, SELECT)
        send(site.zone, day, A=1)
        files.ingest_all(day)
        send(site.zone, day, A=1, B=2)  # it replaces that one, of which nobody has a copy any more
        os.utime(site.zone / "workshop" / str(day) / f"{files.COUNTY}.csv")
        nights.publish(begin(nights, day))
        making._await_log(connection, site.backups / "wal")
        deliveries = nights.scalar("select count(*) from ops.delivery")
    of_no_publication = site.backups / "archive" / "history" / "00000999.sealed"  # its log is lost
    of_no_publication.parent.mkdir(exist_ok=True)
    of_no_publication.touch()
    found = restored(site, target)
    assert not (target.archive / "history" / of_no_publication.name).exists()
    assert found.lost == [f"workshop/{day}/{files.COUNTY}.csv"]
    with site.as_home(target), running(target) as after:
        assert after.scalar("select count(*) from ops.delivery") == deliveries
        files.ingest_all(day)
        assert after.scalar("select count(*) from ops.delivery") == deliveries
        [added] = [name for name in archived(target.archive) - before if name.endswith(".sealed")]
        folder, keys = tmp_path / "new backups", tmp_path / "new keys"
        done = run_warehouse("backup", str(folder), "--keys", str(keys), home=target.root)
        assert done.returncode == 0, done.stderr
    [proved] = backup.backups_of(folder)
    assert backup.verify(folder, keys) == proved
    (folder / "archive" / added[:2] / added).unlink()
    with pytest.raises(base_backup.BackupDamaged):
        backup.verify(folder, keys)


def test_a_publication_that_was_rolled_back_before_the_last_backup_is_restored_as_it_was_shown(
    site: Site, target: Home, tmp_path: Path
) -> None:
    day = FIRST + timedelta(21)
    with site.as_home(site.home), Server(site.home).connect_superuser() as connection:
        connection.autocommit = True
        nights = Nights(connection, SELECT)
        send(site.zone, day, A=5)
        number = int(nights.publish(begin(nights, day)))
        showed = shown(nights)
        publication.roll_back(number, [], "by mistake")
        before = standing()
        made = backup.back_up(site.home, site.backups, site.keys, 14)
    assert (made.publication, made.standing) == (number, before)
    assert restored(site, target, until=number).standing == number
    with site.as_home(target), running(target) as after:
        assert shown(after) == showed
    alone = shutil.copytree(site.backups, tmp_path / "newest alone")
    for path in (alone / "base").iterdir():
        if path.name != made.folder.name:
            shutil.rmtree(path)
    with pytest.raises(UserError) as refused:
        backup.restore(Home(tmp_path / "none"), alone, site.keys, until=number)
    assert refused.value.code == "no_earlier_backup"
    assert refused.value.expected.startswith(f"publication {number + 1} ")
