"""The tasks that follow the intake are killed, or their PostgreSQL, and run again plainly, as Airflow does.

Each round is a night of its own, in which every task is killed at another of its points. `ROUNDS=1 pytest -m torture …`
is a sample; `make torture` plays ROUNDS_OF_ALL, which is every point at least once.
"""

from __future__ import annotations

import os
import random
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.kit.nights import TASKS, build_of, ingest_files
from tests.kit.receivers import Channel, webhook
from tests.kit.server import commits_written, kill
from tests.torture import invariants
from tests.torture.conftest import Say
from tests.torture.faults import NOWHERE, begin, exit_code, run_killed
from tests.torture.invariants import Sums
from tests.torture.points import AFTER_INTAKE
from tests.torture.sent import send
from tests.torture.whole_nights import TORTURE, Place, run_night, run_task

from employment_warehouse import settings
from employment_warehouse.database.embedded import Server

pytestmark = [pytest.mark.torture, pytest.mark.timeout(0)]
FIRST = date(2024, 5, 16)
DAY = FIRST + timedelta(1)
NIGHT = DAY.isoformat()
ROUNDS_OF_ALL = 10
ROUNDS = int(os.environ.get("ROUNDS", ROUNDS_OF_ALL if TORTURE else 1))
SERVER_NIGHTS = int(os.environ.get("SERVER_NIGHTS", "2"))
AFTER_FIRST = "first night"
SENT = (
    "select a.kind, a.unit, a.report_date from ops.alert as a inner join ops.alert_delivery as d using (alert_id)"
    " where d.sent_at is not null order by 1, 2, 3"
)
PRODUCTS = "select product, report_date, vintage from ops.product order by 1, 2, 3"


@dataclass
class Undisturbed:
    """A warehouse after its first night, and what its second night leaves without a fault."""

    place: Place
    before: Sums
    after: Sums
    state: Sums
    outside: list[str]

    def broken(self, connection: psycopg.Connection) -> list[str]:
        """What breaks I1 to I4 at this moment."""
        return self.place.broken(connection, self.before, self.after)

    def different(self, connection: psycopg.Connection) -> list[str]:
        """What breaks I5 at the end: other rows, other marts, or other files, alerts and reports for people."""
        return [
            *invariants.different(invariants.state(connection), self.state),
            *invariants.different(invariants.shown(connection), self.after),
            *sorted(f"I5 {text}" for text in set(outside(connection)) ^ set(self.outside)),
        ]


def outside(connection: psycopg.Connection) -> list[str]:
    """What people receive: reports and return workbooks, each whole; alerts that were sent."""
    home = settings.current_home()
    found = [str(row) for query in (PRODUCTS, SENT) for row in connection.execute(query).fetchall()]
    for path in (*home.reports.rglob("*.html"), *home.reports.rglob("*.xlsx"), *home.returns.rglob("*.xlsx")):
        # A build that was begun and not committed uses up a number.
        found.append(f"{path.parent.name} {path.stem.partition('-')[0]}{path.suffix} {_wholeness(path)}")
    return sorted(found)


def _wholeness(path: Path) -> str:
    if path.suffix == ".html":
        return "whole" if path.read_text(encoding="utf-8").rstrip().endswith("</html>") else "half"
    return "whole" if zipfile.is_zipfile(path) and zipfile.ZipFile(path).testzip() is None else "half"


@pytest.fixture(scope="module")
def channel() -> Iterator[Channel]:
    """Receives every alert and every report, in whichever process it is sent."""
    with webhook() as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_ALERT_URLS", made.address)
        patch.setenv("WAREHOUSE_REPORT_READERS", f"daily={made.address}")
        yield made


@pytest.fixture(scope="module")
def undisturbed(warehouse_server: Server, channel: Channel, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    place = Place(warehouse_server, tmp_path_factory.mktemp("place"))
    send(place.zone, FIRST)
    with place.warehouse() as connection:
        run_night(FIRST)
        before = invariants.shown(connection)
        assert place.broken(connection, before) == []
        place.keep(connection, AFTER_FIRST)
    send(place.zone, DAY, 1)
    with place.warehouse(AFTER_FIRST) as connection:
        run_night(DAY)
        made = Undisturbed(
            place, before, invariants.shown(connection), invariants.state(connection), outside(connection)
        )
        assert made.after != before
        assert made.broken(connection) == []
    return made


@pytest.mark.parametrize("number", range(ROUNDS))
def test_each_task_killed_once_in_a_night(undisturbed: Undisturbed, number: int, say: Say) -> None:
    found: list[str] = []
    with undisturbed.place.warehouse(AFTER_FIRST) as connection:
        ingest_files(NIGHT)
        for task in TASKS:
            points = AFTER_INTAKE[task]
            point = points[number % len(points)]
            assert run_killed(point, run_task, task, NIGHT, build_of(NIGHT)), point.name
            found += [f"{point.name}: {text}" for text in undisturbed.broken(connection)]
            run_task(task, NIGHT, build_of(NIGHT))
            found += [f"{point.name}, run again: {text}" for text in undisturbed.broken(connection)]
        found += undisturbed.different(connection)
    assert found == []
    say(f"round {number}: {len(TASKS)} tasks killed and run again, digests as without")


def test_postgresql_killed_in_each_task(undisturbed: Undisturbed, say: Say) -> None:
    """At a random moment of each; it is started again, and the task run again plainly."""
    place, luck, failed, found = undisturbed.place, random.Random(13), 0, list[str]()
    with commits_written(place.server):
        usual = seconds_of_tasks(place)
        for _ in range(SERVER_NIGHTS):
            with place.warehouse(AFTER_FIRST) as connection:
                database = connection.info.dbname
                ingest_files(NIGHT)
                for task in TASKS:
                    process = begin(NOWHERE, run_task, task, NIGHT, build_of(NIGHT))
                    process.join(luck.uniform(0, usual[task]))
                    kill(place.server)
                    failed += exit_code(process) != 0
                    place.server.start()
                    run_task(task, NIGHT, build_of(NIGHT))
                    with place.server.connect_superuser(database) as again:
                        found += [f"{task}: {text}" for text in undisturbed.broken(again)]
                with place.server.connect_superuser(database) as again:
                    found += undisturbed.different(again)
    assert found == []
    say(f"PostgreSQL: {SERVER_NIGHTS * len(TASKS)} kills after the intake, {failed} of them before the task had ended")
    assert failed > 0


def seconds_of_tasks(place: Place) -> dict[str, float]:
    """How long each task of a night takes that nothing disturbs, in a process of its own."""
    taken = {}
    with place.warehouse(AFTER_FIRST):
        ingest_files(NIGHT)
        for task in TASKS:
            begun = time.monotonic()
            assert exit_code(begin(NOWHERE, run_task, task, NIGHT, build_of(NIGHT))) == 0, task
            taken[task] = time.monotonic() - begun
    return taken


PLANTED = {
    "I4": "delete from store.employment_stock where to_build is null",
    "I5 ('daily'": "delete from ops.product",
    "I5 ('feed_missing'": "update ops.alert_delivery set sent_at = null",
}


def test_what_is_compared_after_a_kill_sees_each_planted_bug(undisturbed: Undisturbed) -> None:
    with undisturbed.place.warehouse(AFTER_FIRST) as connection:
        run_night(DAY)
        assert [*undisturbed.broken(connection), *undisturbed.different(connection)] == []
        connection.execute("set session_replication_role = replica")  # no trigger stops us
        for seen_as, statement in PLANTED.items():
            with connection.transaction(force_rollback=True):
                connection.execute(statement)
                found = [*undisturbed.broken(connection), *undisturbed.different(connection)]
                assert [text for text in found if text.startswith(seen_as)] != [], seen_as
        [page] = (settings.current_home().reports / NIGHT).glob("*.html")
        page.write_bytes(page.read_bytes()[:1000])
        assert [text for text in undisturbed.different(connection) if text.endswith("half")] != []
