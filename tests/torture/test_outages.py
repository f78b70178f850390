"""Nights that were not run in their time: an outage of three days, a backfill, and nights in another order.

NIGHTS=30 (`make torture`) backfills as many nights; five otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import psycopg
import pytest
from tests.kit.nights import build_of, standing
from tests.torture import invariants
from tests.torture.conftest import Say
from tests.torture.invariants import Sums
from tests.torture.sent import COUNTIES, send_counties
from tests.torture.whole_nights import Place, run_night, run_task

from employment_warehouse.database import DatabaseRefusal
from employment_warehouse.database.embedded import Server

pytestmark = [pytest.mark.torture, pytest.mark.timeout(0)]
NIGHTS = int(os.environ.get("NIGHTS", "5"))
FIRST = date(2024, 5, 13)
DAYS = [FIRST + timedelta(number) for number in range(NIGHTS)]
ONE, OTHER = COUNTIES
SILENT_ON = DAYS[1]
"""The other county sends nothing for this day in time."""
KNOWN = ("employment_stock", "headline_series", "zero_employment_household")
"""Marts of what is known tonight, whichever nights were published before."""


@dataclass
class Nights:
    """The same nights, each run in its time."""

    place: Place
    publications: list[Sums] = field(default_factory=list)
    """What readers saw after each."""
    state: Sums = field(default_factory=dict)


@pytest.fixture(scope="module")
def in_time(warehouse_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Nights:
    made = Nights(Place(warehouse_server, tmp_path_factory.mktemp("place")))
    with made.place.warehouse() as connection:
        for day in DAYS:
            send_day(made.place, day)
            run_night(day)
            made.publications.append(invariants.shown(connection))
        assert wrong(made, connection, DAYS[-1]) == []
        made.state = invariants.state(connection)
    return made


def send_day(place: Place, day: date) -> None:
    counties = COUNTIES if day != SILENT_ON else [ONE]
    send_counties(place.zone, day, DAYS.index(day), counties)


def wrong(nights: Nights, connection: psycopg.Connection, until: date) -> list[str]:
    """What breaks I1 to I4 after a night, and what it does not say."""
    return [
        *nights.place.broken(connection),
        *invariants.skipped(connection, nights.place.zone, until),
        *unsaid(connection, nights.place, until),
    ]


def unsaid(connection: psycopg.Connection, place: Place, until: date) -> Iterator[str]:
    """Days of a county that the published series does not show, or not as reported (A) or carried forward (E)."""
    said = {
        (county, day): set(statuses)
        for county, day, statuses in connection.execute(
            "select county_code, on_date, array_agg(distinct obs_status) from marts.headline_series group by 1, 2"
        ).fetchall()
    }
    for county in COUNTIES:
        for number in range((until - FIRST).days + 1):
            day = FIRST + timedelta(number)
            is_sent = (place.zone / "labor_register" / str(day) / f"{county}.csv").exists()
            if said.get((county, day)) != {"A" if is_sent else "E"}:
                yield f"{county} on {day}: {'sent' if is_sent else 'not sent'}, and said is {said.get((county, day))}"


def refused(connection: psycopg.Connection, days: Iterable[date]) -> None:
    """Nights before the one that is published: each is refused, says why, and changes nothing."""
    before = invariants.state(connection), invariants.shown(connection)
    for day in days:
        with pytest.raises(DatabaseRefusal, match="which is published") as refusal:
            run_task("start_build", day.isoformat(), 0)
        assert refusal.value.code == "WH001"
        assert build_of(day.isoformat()) == 0
    assert (invariants.state(connection), invariants.shown(connection)) == before


def test_nights_backfilled_in_order_publish_what_they_did_in_time(in_time: Nights, say: Say) -> None:
    """All files are there already: as after an outage whose nights are caught up one by one."""
    with in_time.place.warehouse() as connection:
        for number, day in enumerate(DAYS):
            run_night(day)
            assert invariants.shown(connection) == in_time.publications[number], day
        assert wrong(in_time, connection, DAYS[-1]) == []
        assert list(invariants.different(invariants.state(connection), in_time.state)) == []
    say(f"{NIGHTS} nights backfilled in order: each publication as in its time")


@pytest.mark.parametrize("order", ["shuffled", "backwards"])
def test_nights_in_another_order_are_refused_or_published_whole(in_time: Nights, order: str, say: Say) -> None:
    days = DAYS[::-1] if order == "backwards" else Random(4).sample(DAYS, len(DAYS))
    with in_time.place.warehouse() as connection:
        published = FIRST - timedelta(1)
        for day in days:
            if day < published:
                refused(connection, [day])
                continue
            run_night(day)
            published = day
            assert wrong(in_time, connection, day) == []
        last = in_time.publications[-1]
        shown = invariants.shown(connection)
        assert {mart: shown[mart] for mart in KNOWN} == {mart: last[mart] for mart in KNOWN}
        counted = connection.execute("select count(*) from ops.publication").fetchone()
    say(f"{NIGHTS} nights {order}: {counted and counted[0]} published, the others refused, known figures as in order")


def test_a_three_day_outage_skips_nothing_silently(in_time: Nights) -> None:
    """The night after it has the files of all its days, and says which are missing; the next ingests a late one."""
    back = DAYS[4]
    with in_time.place.warehouse() as connection:
        run_night(FIRST)
        run_night(back)
        assert wrong(in_time, connection, back) == []
        # The nights of the outage can no longer be published, and what they would have used is in this one.
        refused(connection, DAYS[1:4])
        since = connection.execute(
            "select distinct report_date from ops.delivery where status = 'accepted' and build = %s order by 1",
            (standing(),),
        ).fetchall()
        assert [day for (day,) in since] == DAYS[1:5]
        try:
            send_counties(in_time.place.zone, SILENT_ON, DAYS.index(SILENT_ON), [OTHER])
            run_night(back + timedelta(1))
            assert wrong(in_time, connection, back) == []
        finally:
            for late in in_time.place.zone.glob(f"*/{SILENT_ON}/{OTHER}.csv"):
                late.unlink()


PLANTED = {
    "I1": "delete from ops.delivery where report_date = (select min(report_date) from ops.delivery)",
    ONE: "update store.headline_series set obs_status = 'E' where to_build is null",
    OTHER: "update store.headline_series set obs_status = 'A' where to_build is null",
}


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_skipped_silently_is_seen(in_time: Nights, planted: str) -> None:
    with in_time.place.warehouse() as connection:
        run_night(DAYS[1])
        connection.execute("set session_replication_role = replica")  # no trigger stops us
        connection.execute(PLANTED[planted])
        assert [text for text in wrong(in_time, connection, DAYS[1]) if text.startswith(planted)] != []
