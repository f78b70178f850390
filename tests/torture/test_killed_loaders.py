"""Loaders that are killed, whose server is killed, or whose disk is full; after a retry nothing shows it.

`make test` has one of the named points.
"""

from __future__ import annotations

import os
import random
import time

import pytest
from tests.kit.nights import ingest_files
from tests.kit.server import commits_written, kill
from tests.torture import invariants
from tests.torture.conftest import Say
from tests.torture.faults import KILLED, NOWHERE, Point, begin, exit_code, run_killed, run_on_full_disk
from tests.torture.intake import NIGHT, Intake, undisturbed_intake
from tests.torture.points import COPY, POINTS

from employment_warehouse.database.embedded import Server

pytestmark = pytest.mark.timeout(0)
SERVER_KILLS = int(os.environ.get("SERVER_KILLS", "20"))
LOADER_KILLS = int(os.environ.get("LOADER_KILLS", "500"))


@pytest.fixture(scope="module")
def intake(warehouse_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Intake:
    return undisturbed_intake(warehouse_server, tmp_path_factory.mktemp("zone"))


@pytest.mark.parametrize(
    "point",
    [pytest.param(point, marks=() if point is COPY else pytest.mark.torture, id=point.name) for point in POINTS],
)
def test_a_loader_killed_at_a_named_point(intake: Intake, point: Point) -> None:
    with intake.warehouse() as connection:
        assert run_killed(point, ingest_files, NIGHT)
        assert intake.retried(connection) == []


@pytest.mark.torture
def test_loaders_killed_at_random_moments(intake: Intake, say: Say) -> None:
    luck, killed = random.Random(11), 0
    for _ in range(LOADER_KILLS):
        with intake.warehouse() as connection:
            loader = begin(NOWHERE, ingest_files, NIGHT)
            loader.join(luck.uniform(0, intake.seconds))
            loader.kill()
            killed += exit_code(loader) == KILLED
            assert intake.retried(connection) == []
    say(f"loaders: {LOADER_KILLS} kills at random moments, {killed} of them before the loader had ended")
    assert killed > LOADER_KILLS // 2


@pytest.mark.torture
def test_postgresql_killed_while_files_are_ingested(intake: Intake, say: Say) -> None:
    """It is started again; then the retry."""
    luck, failed = random.Random(7), 0
    with commits_written(intake.server):
        for _ in range(SERVER_KILLS):
            with intake.warehouse() as connection:
                database = connection.info.dbname
                loader = begin(NOWHERE, ingest_files, NIGHT)
                time.sleep(luck.uniform(0, intake.seconds))
                kill(intake.server)
                failed += exit_code(loader) != 0
                intake.server.start()
                with intake.server.connect_superuser(database) as again:
                    again.autocommit = True
                    assert intake.retried(again) == []
    say(f"PostgreSQL: {SERVER_KILLS} kills, in {failed} of which the loader had not ended")


@pytest.mark.torture
def test_an_archive_whose_disk_is_full(intake: Intake) -> None:
    with intake.warehouse() as connection:
        assert run_on_full_disk(8_000, ingest_files, NIGHT) == 1
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


@pytest.mark.torture
@pytest.mark.parametrize("planted", PLANTED)
def test_each_invariant_sees_its_planted_bug(intake: Intake, planted: str) -> None:
    with intake.warehouse() as connection:
        ingest_files(NIGHT)
        assert intake.retried(connection) == []
        connection.execute("set session_replication_role = replica")  # no trigger stops us
        connection.execute(PLANTED[planted])  # type: ignore[arg-type]
        found = [
            *intake.broken(connection),
            *invariants.different(invariants.state(connection), intake.undisturbed),
        ]
        assert [text for text in found if text.startswith(planted[:2])] != []
