"""Loaders beside each other: several on the same files, all counties at once, one that wakes up after its replacement.

Whoever ingests a file, the warehouse is the same. `make test` has one round of several on the same files.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from typing import Any

import pytest
from tests.kit.nights import ingest_files
from tests.torture.conftest import Say
from tests.torture.faults import NOWHERE, begin, exit_code
from tests.torture.intake import NIGHT, Intake, undisturbed_intake
from tests.torture.sent import EVERY_COUNTY

from employment_warehouse.database.embedded import Server
from employment_warehouse.runtime import steps

pytestmark = pytest.mark.timeout(0)
TORTURE = bool(os.environ.get("TORTURE"))
ROUNDS = int(os.environ.get("LOADER_ROUNDS", "100" if TORTURE else "1"))
ZOMBIES = int(os.environ.get("ZOMBIES", "50"))
AT_ONCE = 8
STOPPED_AT_MOST = 8
"""Seconds: less than a connection may take (10), else one that is stopped while it connects ends as it should."""


@pytest.fixture(scope="module")
def intake(warehouse_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Intake:
    return undisturbed_intake(warehouse_server, tmp_path_factory.mktemp("zone"))


@pytest.fixture(scope="module")
def of_every_county(warehouse_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Intake:
    return undisturbed_intake(warehouse_server, tmp_path_factory.mktemp("zone"), *EVERY_COUNTY)


def side_by_side(*begun: tuple[Callable[..., Any], tuple[Any, ...]]) -> list[int | None]:
    """Steps in processes of their own, all begun at once; their exit codes."""
    processes = [begin(NOWHERE, step, *given) for step, given in begun]
    return [exit_code(process) for process in processes]


def test_eight_loaders_on_the_same_files(intake: Intake, say: Say) -> None:
    for _ in range(ROUNDS):
        with intake.warehouse() as connection:
            assert side_by_side(*[(ingest_files, (NIGHT,))] * AT_ONCE) == [0] * AT_ONCE
            assert intake.retried(connection) == []
    say(f"{AT_ONCE} loaders on the same files: {ROUNDS} rounds, the same rows as of one loader")


@pytest.mark.torture
def test_all_counties_within_one_second(of_every_county: Intake, say: Say) -> None:
    for _ in range(ROUNDS):
        with of_every_county.warehouse() as connection:
            steps.expect_deliveries(NIGHT)
            assert steps.find_counties(NIGHT) == sorted(EVERY_COUNTY)
            by_county = [(steps.ingest_county, (county, NIGHT)) for county in EVERY_COUNTY]
            assert side_by_side(*by_county) == [0] * len(EVERY_COUNTY)
            assert of_every_county.retried(connection) == []
    say(f"the loaders of {len(EVERY_COUNTY)} counties begun at once: {ROUNDS} rounds, the same rows as one by one")


@pytest.mark.torture
def test_a_loader_that_wakes_up_after_its_replacement(intake: Intake, say: Say) -> None:
    """It stands still at a random moment, in a transaction or between two, until its replacement has ended or waits."""
    luck, stopped, ended = random.Random(5), 0, 0
    for _ in range(ZOMBIES):
        with intake.warehouse() as connection:
            zombie = begin(NOWHERE, ingest_files, NIGHT)
            assert zombie.pid is not None
            zombie.join(luck.uniform(0, intake.seconds))
            is_stopped = zombie.exitcode is None
            if is_stopped:
                os.kill(zombie.pid, signal.SIGSTOP)
            replacement = begin(NOWHERE, ingest_files, NIGHT)
            replacement.join(min(3 * intake.seconds, STOPPED_AT_MOST))
            stopped += is_stopped
            ended += is_stopped and replacement.exitcode is not None
            if is_stopped:
                os.kill(zombie.pid, signal.SIGCONT)
            assert (exit_code(zombie), exit_code(replacement)) == (0, 0)
            assert intake.retried(connection) == []
    say(f"loaders that woke up late: {stopped} of {ZOMBIES}, {ended} of them after their replacement had ended")
    assert 0 < ended <= stopped
