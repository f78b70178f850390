"""Loaders that are killed, whose server is killed, or whose disk is full; after a retry nothing shows it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psycopg
import pytest
from tests.conftest import fresh_warehouse
from tests.torture import invariants
from tests.torture.conftest import Say
from tests.torture.faults import SECONDS, Point, begin, run_killed, run_on_full_disk
from tests.torture.invariants import Sums
from tests.torture.points import POINTS, ingest
from tests.torture.sent import send

from employment_warehouse import settings
from employment_warehouse.database.embedded import Server

pytestmark = [pytest.mark.torture, pytest.mark.timeout(0)]
DAY = date(2024, 5, 17)
SERVER_KILLS = int(os.environ.get("SERVER_KILLS", "20"))


@dataclass
class Intake:
    """The files of a day, and warehouses that have not ingested them yet."""

    server: Server
    zone: Path
    undisturbed: Sums = field(default_factory=dict)
    """The state of a warehouse that took them in without a fault."""
    seconds: float = 0
    """How long that took."""

    @contextmanager
    def warehouse(self) -> Iterator[psycopg.Connection]:
        """A new warehouse, with an empty archive."""
        shutil.rmtree(settings.current_home().archive)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WAREHOUSE_LANDING_ZONE", str(self.zone))
            with fresh_warehouse(self.server, patch) as connection:
                yield connection

    def broken(self, connection: psycopg.Connection) -> list[str]:
        """What breaks I1, I2 or I3 at this moment."""
        return [
            *invariants.lost(connection, self.zone),
            *invariants.duplicated(connection, self.zone),
            *invariants.unauthorised(connection),
        ]

    def retried(self, connection: psycopg.Connection) -> list[str]:
        """What is wrong before and after the retry."""
        found = self.broken(connection)
        ingest(DAY.isoformat())
        found += self.broken(connection)
        return found + list(invariants.different(invariants.state(connection), self.undisturbed))


@pytest.fixture(scope="module")
def intake(warehouse_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Intake:
    made = Intake(warehouse_server, tmp_path_factory.mktemp("zone"))
    send(made.zone, DAY)
    with made.warehouse() as connection:
        begun = time.monotonic()
        ingest(DAY.isoformat())
        made.seconds = time.monotonic() - begun
        assert made.broken(connection) == []
        made.undisturbed = invariants.state(connection)
    return made


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_a_loader_killed_at_a_named_point(intake: Intake, point: Point) -> None:
    with intake.warehouse() as connection:
        assert run_killed(point, ingest, DAY.isoformat())
        assert intake.retried(connection) == []


def test_postgresql_killed_while_files_are_ingested(intake: Intake, say: Say) -> None:
    """It is started again; then the retry."""
    luck, failed = random.Random(7), 0
    for _ in range(SERVER_KILLS):
        with intake.warehouse() as connection:
            database, postmaster = connection.info.dbname, intake.server.pid()
            assert postmaster is not None
            loader = begin(Point("nowhere", "os:abort"), ingest, DAY.isoformat())
            time.sleep(luck.uniform(0, intake.seconds))
            os.kill(postmaster, signal.SIGKILL)
            loader.join(SECONDS)
            failed += loader.exitcode != 0
            intake.server.start()
            with intake.server.connect_superuser(database) as again:
                again.autocommit = True
                assert intake.retried(again) == []
    say(f"PostgreSQL: {SERVER_KILLS} kills, in {failed} of which the loader had not ended")


def test_an_archive_whose_disk_is_full(intake: Intake) -> None:
    with intake.warehouse() as connection:
        assert run_on_full_disk(8_000, ingest, DAY.isoformat()) == 1
        assert intake.retried(connection) == []


REGISTER = "(select max(delivery_id) from ops.delivery where feed = 'labor_register')"
ROW_GONE = f"delete from landing.labor_register where delivery_id = {REGISTER} and line = 4"
PLANTED = {
    "I1 a landed row is gone": ROW_GONE,
    "I1 a rejected row is gone": f"delete from vault.rejected_row where delivery_id = {REGISTER}",
    "I1 a row was read and forgotten": f"{ROW_GONE};"
    f" update ops.delivery set rows_read = rows_read - 1, rows_landed = rows_landed - 1 where delivery_id = {REGISTER}",
    "I2 a fen too much": "update landing.relief_payroll set amount_due = amount_due::numeric + 0.01 where line = 2",
    "I2 a key twice": "insert into landing.employment"
    " select (jsonb_populate_record(l, '{\"line\": 999}')).* from landing.employment as l where line = 2",
    "I3 a grant too many": "grant insert on store.dim_person to wh_gate",
    "I3 a grant too few": "revoke execute on function ops.start_build(date, text) from wh_publisher",
    "I5 another value": "update landing.workshop set workers = '21' where line = 2",
    "I5 a person too few": "delete from vault.person where person_key = (select person_key from vault.person limit 1)",
}


@pytest.mark.parametrize("planted", PLANTED)
def test_each_invariant_sees_its_planted_bug(intake: Intake, planted: str) -> None:
    with intake.warehouse() as connection:
        ingest(DAY.isoformat())
        connection.execute("set session_replication_role = replica")  # no trigger stops us
        connection.execute(PLANTED[planted])  # type: ignore[arg-type]
        found = [
            *intake.broken(connection),
            *invariants.different(invariants.state(connection), intake.undisturbed),
        ]
        assert [text for text in found if text.startswith(planted[:2])] != []
