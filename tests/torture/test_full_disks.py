"""Disks that are full, where a night writes: the task fails, or goes on as documented; nothing is half written.

Of a task's own files one is limited in size: the kernel then refuses the rest of it, as it does where no space is
left. PostgreSQL and everything else of a home are on a small file system that is filled, which needs root to mount.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
import pytest
from tests.kit.nights import TASKS, build_of, ingest_files
from tests.kit.server import running_server
from tests.torture import invariants
from tests.torture.conftest import Say
from tests.torture.faults import NOWHERE, begin, exit_code, run_on_full_disk
from tests.torture.invariants import Sums
from tests.torture.sent import send
from tests.torture.whole_nights import Place, run_night, run_task

from employment_warehouse import gate, settings
from employment_warehouse.database.embedded import Server
from employment_warehouse.runtime import history
from employment_warehouse.settings import Home

pytestmark = [pytest.mark.torture, pytest.mark.timeout(0)]
DAY = date(2024, 5, 17)
NIGHT = DAY.isoformat()
FAILS = {
    "build_core": 2_000,  # the list of what dbt did
    "write_report": 4_000,
    "write_returns": 2_000,
    "record_history": 500,
}
"""Task → the bytes that a file of it may have, so that it fails."""
BYTES_LEFT = (0, 300_000, 3_000_000)
"""What is free on the disk of a home when a task begins."""


@dataclass
class Night:
    """A place, and what the night leaves with space on the disk."""

    place: Place
    state: Sums
    shown: Sums
    files: list[str]


@pytest.fixture(scope="module")
def whole(warehouse_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Night:
    place = Place(warehouse_server, tmp_path_factory.mktemp("place"))
    send(place.zone, DAY)
    with place.warehouse() as connection:
        run_night(DAY)
        return Night(place, invariants.state(connection), invariants.shown(connection), files())


def files() -> list[str]:
    """What people could open, and what a rebuild would read."""
    home = settings.current_home()
    found = [*home.reports.rglob("*"), *home.returns.rglob("*"), *(home.archive / "history").glob("*.sealed")]
    return sorted(str(path.relative_to(home.shared)) for path in found if path.is_file() and path.suffix != ".tmp")


def log_to(path: Path, task: str, build: int) -> None:
    """A task whose log goes to a file, as that of Airflow does."""
    logging.getLogger().addHandler(logging.FileHandler(path))
    logging.getLogger().setLevel(logging.DEBUG)
    run_task(task, NIGHT, build)


def test_a_night_whose_disk_is_full_again_and_again(whole: Night) -> None:
    """Each task of FAILS fails once; its retry, with space, leaves what a night without a fault leaves."""
    found: list[str] = []
    with whole.place.warehouse() as connection:
        ingest_files(NIGHT)
        for task in TASKS:
            if task in FAILS:
                before = files()
                assert run_on_full_disk(FAILS[task], run_task, task, NIGHT, build_of(NIGHT)) == 1, task
                found += [f"{task}: {text}" for text in whole.place.broken(connection)]
                found += [f"{task} left {path}" for path in set(files()) - set(before)]
            run_task(task, NIGHT, build_of(NIGHT))
        found += whole.place.broken(connection, whole.shown)
        found += invariants.different(invariants.state(connection), whole.state)
        assert found == []
        assert files() == whole.files
        assert [record["build"]["build"] for record in history.nights()] == [build_of(NIGHT)]


def test_a_page_of_a_gate_that_does_not_fit_stops_no_night(whole: Night) -> None:
    with whole.place.warehouse() as connection:
        ingest_files(NIGHT)
        run_task("start_build", NIGHT, 0)
        build = build_of(NIGHT)
        gate.data_docs_of(build, 1).unlink(missing_ok=True)  # of another warehouse of this home
        assert run_on_full_disk(3_000, run_task, "gate_deliveries", NIGHT, build) == 0
        assert not gate.data_docs_of(build, 1).exists()
        for task in list(TASKS)[2:]:
            run_task(task, NIGHT, build)
        assert [*whole.place.broken(connection, whole.shown)] == []


def test_a_log_that_is_full_stops_no_task(whole: Night, tmp_path: Path) -> None:
    with whole.place.warehouse() as connection:
        ingest_files(NIGHT)
        run_task("start_build", NIGHT, 0)
        log = tmp_path / "task.log"
        log.write_text("x" * 200_000)
        assert run_on_full_disk(200_000, log_to, log, "gate_deliveries", build_of(NIGHT)) == 0
        assert log.stat().st_size == 200_000
        assert whole.place.broken(connection) == []


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of its own."""
    assert os.geteuid() == 0, "only root can mount a small disk"
    folder = tmp_path_factory.mktemp("disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700m,mode=711", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


@contextmanager
def filled(disk: Path, left: int) -> Iterator[None]:
    """In this block, a disk with so many bytes left."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        while (spare := shutil.disk_usage(disk).free - left) > 0:
            with suppress(OSError):  # somebody else has taken some of it since
                os.posix_fallocate(file.fileno(), file.tell(), spare)
                file.seek(0, os.SEEK_END)
    try:
        yield
    finally:
        ballast.unlink()


def until_it_answers(server: Server) -> None:
    """It may have stopped, or recover."""
    server.start()
    for _ in range(600):
        with suppress(psycopg.OperationalError):
            server.connect_superuser("postgres").close()
            return
        time.sleep(0.1)
    pytest.fail(f"PostgreSQL does not answer: {server.log}")


def test_the_disk_of_postgresql_is_full(small_disk: Path, tmp_path: Path, say: Say) -> None:
    """A task fails in the midst, or PostgreSQL stops; with space again, everything ends as without."""
    home = Home(small_disk / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_HOME", str(home.root))
        with running_server(home, {"shared_buffers": "'64MB'", "max_wal_size": "'64MB'"}) as server:
            place = Place(server, tmp_path)
            send(place.zone, DAY)
            with place.warehouse() as connection:
                run_night(DAY)
                state, shown = invariants.state(connection), invariants.shown(connection)
            failed, stopped, found = 0, 0, list[str]()
            for left in BYTES_LEFT:
                with place.warehouse() as connection:
                    database = connection.info.dbname
                    ingest_files(NIGHT)
                    for task in TASKS:
                        build = build_of(NIGHT)
                        with filled(small_disk, left):
                            failed += exit_code(begin(NOWHERE, run_task, task, NIGHT, build)) != 0
                        stopped += not server.running()
                        until_it_answers(server)
                        run_task(task, NIGHT, build_of(NIGHT))
                    with server.connect_superuser(database) as again:
                        found += place.broken(again, shown)
                        found += invariants.different(invariants.state(again), state)
            assert found == []
            say(f"a full disk in {len(BYTES_LEFT)} nights: {failed} tasks failed, PostgreSQL stopped {stopped} times")
            assert failed >= len(BYTES_LEFT)
