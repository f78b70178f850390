"""What a purge deletes, and what of it the archive restores: after a rollback, beside a new part, for a comparison."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.kit import files
from tests.kit.files import COUNTY, DAY, ingest_all, restore
from tests.kit.nights import gated_night, publish_night
from tests.kit.payments import HEADER, payment, payments, posts, put
from tests.kit.people import id_number
from tests.kit.server import rows_of

from employment_warehouse import gate, publication
from employment_warehouse.errors import UserError
from employment_warehouse.landing import ask_erasure, purge
from employment_warehouse.runtime import steps
from employment_warehouse.settings import Home


@pytest.mark.quick
def test_purge_keeps_the_last_accepted_report_and_tonight_s(warehouse: psycopg.Connection, zone: Path) -> None:
    for days in range(3):
        day = DAY + timedelta(days=days)
        put(zone, payments(*range(1, days + 2)), day=day)
        ingest_all(day)
        if days < 2:
            publish_night(warehouse, day)
    assert purge() == 1
    assert purge() == 0
    left = rows_of(warehouse, "select count(*) from landing.public_post_payment group by delivery_id order by 1")
    assert left == [(2,), (3,)]


def test_a_held_report_is_not_purged(warehouse: psycopg.Connection, zone: Path) -> None:
    for days in range(2):
        put(zone, payments(1, 2), day=DAY + timedelta(days=days))
    first, _ = ingest_all(DAY + timedelta(days=1))
    publish_night(warehouse)
    warehouse.execute("update ops.delivery set status = 'held' where delivery_id = %s", (first.delivery_id,))
    publish_night(warehouse, DAY + timedelta(days=1))
    assert purge() == 0


def test_purged_rows_are_restored_unchanged_from_the_archive(warehouse: psycopg.Connection, zone: Path) -> None:
    rows = "select * from landing.public_post_payment where delivery_id = %s order by line"
    put(zone, "\n".join([HEADER, payment(1, "1"), payment(2), payment(1, "2"), payment(3, "?")]))
    put(zone, payments(1), day=DAY + timedelta(days=1))
    first, _ = ingest_all(DAY + timedelta(days=1))
    before = rows_of(warehouse, rows, first.delivery_id)
    publish_night(warehouse, DAY + timedelta(days=1))
    purge()
    assert rows_of(warehouse, rows, first.delivery_id) == []
    assert restore(first.delivery_id) == 2
    assert rows_of(warehouse, rows, first.delivery_id) == before
    assert restore(first.delivery_id) == 0


def replaced_and_purged(warehouse: psycopg.Connection, zone: Path) -> tuple[int, int, date]:
    """The rows of two persons are published, then replaced by a later file and purged: the first publication, the
    number of the later file, and its date.
    """
    put(zone, payments(1, 2))
    ingest_all()
    first = publish_night(warehouse)
    later = DAY + timedelta(days=1)
    put(zone, payments(9), day=later)
    (wrong,) = ingest_all(later)
    publish_night(warehouse, later)
    assert purge() == 2
    return first, wrong.delivery_id, later


def test_rows_that_a_purge_deleted_are_restored_when_a_rollback_offers_them_again(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    first, wrong, later = replaced_and_purged(warehouse, zone)
    publication.roll_back(first, [wrong], "last year's file")
    build = steps.start_build(later.isoformat(), "the night after it")
    offered = rows_of(warehouse, "select delivery_id from ops.delivery where build = %s", build)
    assert [posts(warehouse, number) for (number,) in offered] == [["P1", "P2"]]


def test_rows_are_restored_as_the_ledger_counts_them_until_an_erasure_is_done(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    """An erasure that is asked for during a night waits for its end, and the rows that it will remove come back."""
    first, wrong, later = replaced_and_purged(warehouse, zone)
    ask_erasure(id_number(1), "asked for")
    publication.roll_back(first, [wrong], "last year's file")
    build = steps.start_build(later.isoformat(), "the night after it")
    (offered,) = rows_of(warehouse, "select delivery_id, rows_landed from ops.delivery where build = %s", build)
    assert (posts(warehouse, offered[0]), offered[1]) == (["P1", "P2"], 2)


def test_a_part_that_is_not_offered_again_is_restored_with_those_that_are(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put(zone, payments(1, 2), f"{COUNTY}_1.csv")
    put(zone, payments(3), f"{COUNTY}_2.csv")
    one, _ = ingest_all()
    publish_night(warehouse)
    later = DAY + timedelta(days=1)
    put(zone, payments(4), f"{COUNTY}_2.csv", minutes=5)
    put(zone, payments(9), day=later)
    corrected, wrong = ingest_all(later)
    second = publish_night(warehouse, later)
    assert purge() == 4
    publication.roll_back(second, [wrong.delivery_id], "last year's file")
    steps.start_build(later.isoformat(), "the night after it")
    assert [posts(warehouse, part.delivery_id) for part in (one, corrected)] == [["P1", "P2"], ["P4"]]


def send_workshops(zone: Path, owner: str, day: date, minutes: int = 0, count: int = 40) -> None:
    shops = files.rows_of("workshop", *({"workshop_no": f"{owner}{number}"} for number in range(count)))
    put(zone, shops, feed="workshop", day=day, minutes=minutes)


def lose_archive(home: Home) -> None:
    """All archived files; the data key stays."""
    for stored in home.archive.rglob("*.sealed"):
        stored.unlink()


@pytest.mark.parametrize("fault", ["the file is lost", "it is read as other rows"])
def test_what_cannot_be_restored_after_a_rollback_is_held_until_it_is_sent_again(
    warehouse: psycopg.Connection, zone: Path, warehouse_home: Home, fault: str
) -> None:
    """No night fails for it, and no release lets the rows pass that are not there."""
    later = DAY + timedelta(days=1)
    send_workshops(zone, "A", DAY)
    assert gated_night(DAY) == ()
    send_workshops(zone, "B", later)
    ingest_all(later)
    publish_night(warehouse, later)
    assert purge() == 40
    publication.roll_back(1, [2], "last year's file")
    if fault == "the file is lost":
        lose_archive(warehouse_home)
    else:  # by the rules of another version
        warehouse.execute("update ops.delivery set rows_landed = 41, rows_read = 41 where delivery_id = 1")
    assert gated_night(later) == (1,)
    failed = (
        "select distinct check_name from ops.check_result where build = 3 and not success and severity = 'critical'"
    )
    assert ("rows.unaccounted",) in rows_of(warehouse, failed)
    with pytest.raises(UserError) as refused:
        publication.grant_waiver("workshop.rows.unaccounted", COUNTY, later, later, "it is right")
    assert refused.value.code == "WH013"
    publication.release_delivery(1, "it is right")
    assert gated_night(later) == (1,)
    send_workshops(zone, "A", DAY, minutes=5)
    assert gated_night(later) == ()
    assert rows_of(warehouse, "select delivery_id, revision from ops.part_in_force where status = 'accepted'") == [
        (3, 2)
    ]


def test_a_part_whose_sibling_cannot_be_restored_is_held_until_that_is_sent_again(
    warehouse: psycopg.Connection, zone: Path, warehouse_home: Home
) -> None:
    later = DAY + timedelta(days=1)
    put(zone, payments(*range(1, 41)), f"{COUNTY}_1.csv")
    put(zone, payments(41), f"{COUNTY}_2.csv")
    assert gated_night(DAY) == ()
    put(zone, payments(*range(1, 42)), day=later)
    assert gated_night(later) == ()
    lose_archive(warehouse_home)
    put(zone, payments(42), f"{COUNTY}_2.csv", minutes=5)
    assert gated_night(later) == (4,)
    put(zone, payments(*range(1, 41)), f"{COUNTY}_1.csv", minutes=5)
    assert gated_night(later) == ()
    accepted = "select delivery_id from ops.part_in_force where status = 'accepted' and report_date = %s order by 1"
    assert rows_of(warehouse, accepted, DAY) == [(4,), (5,)]


def test_bytes_that_were_withdrawn_are_not_taken_in_again(warehouse: psycopg.Connection, zone: Path) -> None:
    """Though the submission is held, and they are purged."""
    later = DAY + timedelta(days=1)
    put(zone, payments(*range(1, 41)), f"{COUNTY}_1.csv")
    assert gated_night(DAY) == ()
    put(zone, payments(*range(1, 42)), f"{COUNTY}_1.csv", minutes=5)
    assert gated_night(DAY) == ()
    put(zone, payments(*range(1, 41)), day=later)
    assert gated_night(later) == ()
    publication.roll_back(2, [2], "last year's file")
    warehouse.execute("update ops.delivery set status = 'held', held_by = 'gate_1' where delivery_id = 1")
    put(zone, payments(*range(1, 42)), f"{COUNTY}_1.csv", minutes=9)
    assert ingest_all() == []


def test_what_is_sent_again_after_a_rollback_is_compared_with_the_rows_before(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    """A purge had deleted them, and only the rows tell whose workshops these are."""
    later = DAY + timedelta(days=1)
    send_workshops(zone, "A", DAY)
    send_workshops(zone, "A", later)
    assert gated_night(DAY) == gated_night(later) == ()
    publication.roll_back(2, [2], "an old file")
    send_workshops(zone, "B", later, minutes=5)
    assert gated_night(later) == (3,)
    assert rows_of(warehouse, "select check_name from ops.check_result where build = 3 and not success") == [
        ("overlap",)
    ]


def test_what_was_held_beside_a_withdrawn_file_is_judged_again(warehouse: psycopg.Connection, zone: Path) -> None:
    """68 workshops are too many after 37, and not after 60."""
    days = [DAY + timedelta(days=number) for number in range(3)]
    for day, count in zip(days, (60, 37, 68), strict=True):
        send_workshops(zone, "A", day, count=count)
    assert [gated_night(day) for day in days] == [(), (), (3,)]
    publication.roll_back(2, [2], "last year's file")
    assert gated_night(days[2]) == ()
    assert rows_of(warehouse, "select status, reason from ops.delivery where delivery_id = 3") == [("accepted", None)]


def test_what_was_held_in_a_night_that_was_not_published_is_judged_again(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    send_workshops(zone, "A", DAY)
    ingest_all()
    assert gate.gate_deliveries(steps.start_build(DAY.isoformat(), "one that fails")).held == ()
    warehouse.execute("update ops.delivery set status = 'held', reason = 'beside a wrong register'")  # by gate 2
    assert gated_night(DAY) == ()
    assert rows_of(warehouse, "select status, reason from ops.delivery") == [("accepted", None)]


def test_a_late_file_is_compared_with_the_rows_before_it_while_the_archive_has_them(
    warehouse: psycopg.Connection, zone: Path, warehouse_home: Home
) -> None:
    for days in (0, 3):
        send_workshops(zone, "A", DAY + timedelta(days=days))
        assert gated_night(DAY + timedelta(days=days)) == ()
    send_workshops(zone, "B", DAY + timedelta(days=1))
    assert gated_night(DAY + timedelta(days=3)) == (3,)
    lose_archive(warehouse_home)
    send_workshops(zone, "C", DAY + timedelta(days=2))
    assert gated_night(DAY + timedelta(days=3)) == ()


def test_a_correction_of_one_part_brings_back_the_other_parts(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1, 2), f"{COUNTY}_1.csv")
    put(zone, payments(3), f"{COUNTY}_2.csv")
    put(zone, payments(9), day=DAY + timedelta(days=1))
    one, _, _ = ingest_all(DAY + timedelta(days=1))
    publish_night(warehouse, DAY + timedelta(days=1))
    purge()
    assert posts(warehouse, one.delivery_id) == []
    put(zone, payments(4), f"{COUNTY}_2.csv", minutes=5)
    ingest_all(DAY + timedelta(days=1))
    assert posts(warehouse, one.delivery_id) == ["P1", "P2"]
