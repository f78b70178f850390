"""Files that arrive in any order, corrections after what they correct: the night is the same, to each mart."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.kit.files import ingest_all
from tests.kit.nights import TASKS, build_of, ingest_files
from tests.torture import invariants
from tests.torture.conftest import Say
from tests.torture.invariants import Sums
from tests.torture.sent import send
from tests.torture.whole_nights import Place, run_task

from employment_warehouse.database.embedded import Server
from employment_warehouse.runtime import steps

pytestmark = [pytest.mark.torture, pytest.mark.timeout(0)]
ORDERS = int(os.environ.get("ORDERS", "200"))
DAY = date(2024, 5, 17)
NIGHT = DAY.isoformat()


@dataclass
class Versions:
    """Files of two days, in folders like a landing zone: what is in a later folder replaces what is in an earlier."""

    folders: Sequence[Path]

    def of(self, path: Path) -> list[Path]:
        """The versions of a file, by its path below the landing zone."""
        return [folder / path for folder in self.folders if (folder / path).exists()]

    def in_turn(self) -> list[Path]:
        """Each path as often as it has versions."""
        return sorted(path.relative_to(folder) for folder in self.folders for path in folder.rglob("*.csv"))


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    """The files of the day before, and those of the day, which are then sent again with other rows."""
    first, again = (tmp_path_factory.mktemp("version") for _ in range(2))
    send(first, DAY - timedelta(1))
    send(first, DAY)
    send(again, DAY, 1)
    return Versions([first, again])


def run_in_order(place: Place, versions: Versions, order: Sequence[Path], connection: psycopg.Connection) -> None:
    """Each file is ingested as soon as it arrives; then the night."""
    shutil.rmtree(place.zone, ignore_errors=True)
    steps.expect_deliveries(NIGHT)
    for at, path in enumerate(order):
        to = place.zone / path
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(versions.of(path)[order[:at].count(path)], to)
        ingest_all(DAY)
    ingest_files(NIGHT)  # finds nothing new
    for task in TASKS:
        run_task(task, NIGHT, build_of(NIGHT))
    assert [*place.broken(connection), *invariants.skipped(connection, place.zone, DAY)] == []


def different(place: Place, versions: Versions, order: Sequence[Path], undisturbed: tuple[Sums, Sums]) -> list[str]:
    """What is other than in turn, if files arrive in this order."""
    with place.warehouse() as connection:
        run_in_order(place, versions, order, connection)
        found = zip((invariants.state(connection), invariants.shown(connection)), undisturbed, strict=True)
        return [text for sums in found for text in invariants.different(*sums)]


def test_files_in_any_order(
    warehouse_server: Server, versions: Versions, tmp_path_factory: pytest.TempPathFactory, say: Say
) -> None:
    place, luck, in_turn = (
        Place(warehouse_server, tmp_path_factory.mktemp("place")),
        random.Random(9),
        versions.in_turn(),
    )
    with place.warehouse() as connection:
        run_in_order(place, versions, in_turn, connection)
        undisturbed = invariants.state(connection), invariants.shown(connection)
    for _ in range(ORDERS):
        assert different(place, versions, luck.sample(in_turn, len(in_turn)), undisturbed) == []
    # Planted: what corrects a file arrives before it.
    assert different(place, Versions(versions.folders[::-1]), in_turn, undisturbed) != []
    say(f"{len(in_turn)} files in {ORDERS} random orders: the same rows, the same marts")
