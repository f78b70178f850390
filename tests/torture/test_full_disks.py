"""Disks that are full, where a night writes: the task fails, or goes on as documented; nothing is half written.

A file of the task is limited in size: the kernel then refuses the rest of
it, as it does where no space is left.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from tests.torture import invariants
from tests.torture.faults import run_on_full_disk
from tests.torture.invariants import Sums
from tests.torture.points import ingest
from tests.torture.sent import send
from tests.torture.whole_nights import TASKS, Place, build_of, run_night, run_task

from employment_warehouse import gate, settings
from employment_warehouse.database.embedded import Server
from employment_warehouse.runtime import history

pytestmark = [pytest.mark.torture, pytest.mark.timeout(0)]
DAY = date(2024, 5, 17)
NIGHT = DAY.isoformat()
FAILS = {
    "build_core": 2_000,  # the list of what dbt did
    "publish_night": 500,  # the record of the night
    "write_report": 4_000,
    "write_returns": 2_000,
}
"""Task → the bytes that a file of it may have, so that it fails."""


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
        ingest(NIGHT)
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
        ingest(NIGHT)
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
        ingest(NIGHT)
        run_task("start_build", NIGHT, 0)
        log = tmp_path / "task.log"
        log.write_text("x" * 200_000)
        assert run_on_full_disk(200_000, log_to, log, "gate_deliveries", build_of(NIGHT)) == 0
        assert log.stat().st_size == 200_000
        assert whole.place.broken(connection) == []
