from __future__ import annotations

from datetime import date

import psycopg
import pytest
from tests.kit.nights import certify, standing

from employment_warehouse import database, publication
from employment_warehouse.database import DatabaseRefusal

pytestmark = pytest.mark.quick


FIRST, SECOND = date(2024, 5, 18), date(2024, 5, 19)


@pytest.fixture
def marts(warehouse: psycopg.Connection) -> psycopg.Connection:
    """A store table of our own with a readers' view, written as dbt writes."""
    warehouse.execute(
        """
        create table store.figure (
            county_code text not null, persons integer, from_build integer not null, to_build integer
        );
        alter table store.figure owner to wh_owner;
        grant select, insert, update, delete on store.figure to wh_transformer;
        create view marts.figure with (security_barrier) as
            select shown.report_date, f.county_code, f.persons
            from store.figure as f, ops.visible_publication() as shown
            where f.from_build <= shown.publication
                and (f.to_build is null or shown.publication < f.to_build);
        alter view marts.figure owner to wh_owner;
        grant select on marts.figure to wh_reader;
        """
    )
    return warehouse


def write_figure(build: int, persons: int) -> None:
    with database.connect("wh_transformer") as connection:
        connection.execute("update store.figure set to_build = %s where to_build is null", (build,))
        connection.execute(
            "insert into store.figure (county_code, persons, from_build) values ('532501', %s, %s)", (persons, build)
        )


def publish_night(day: date, persons: int) -> int:
    build = publication.start_build(day, f"run of {day} with {persons}")
    write_figure(build, persons)
    certify(build)
    return publication.publish(build)


def seen(as_of: date | None = None) -> list[tuple[date, int]]:
    with database.connect("wh_analyst") as connection:
        if as_of is not None:
            publication.as_of(connection, as_of)
        return connection.execute("select report_date, persons from marts.figure").fetchall()


def test_a_certified_build_is_published_and_seen_at_once(marts: psycopg.Connection) -> None:
    publish_night(FIRST, 10)
    assert seen() == [(FIRST, 10)]


def test_readers_see_the_last_publication_while_a_night_is_built(marts: psycopg.Connection) -> None:
    publish_night(FIRST, 10)
    build = publication.start_build(SECOND, "second")
    write_figure(build, 20)
    assert seen() == [(FIRST, 10)]
    certify(build)
    assert seen() == [(FIRST, 10)]
    publication.publish(build)
    assert seen() == [(SECOND, 20)]


def test_an_earlier_date_shows_what_was_published_for_it(marts: psycopg.Connection) -> None:
    publish_night(FIRST, 10)
    publish_night(SECOND, 20)
    assert seen(as_of=FIRST) == [(FIRST, 10)]
    assert seen(as_of=date(2024, 6, 1)) == [(SECOND, 20)]


def test_a_build_without_a_certificate_is_refused(marts: psycopg.Connection) -> None:
    build = publication.start_build(FIRST, "first")
    with pytest.raises(DatabaseRefusal, match="no complete certificate"):
        publication.publish(build)
    assert seen() == []


def test_an_incomplete_certificate_is_refused(marts: psycopg.Connection) -> None:
    build = publication.start_build(FIRST, "first")
    certify(build, run=0)
    with pytest.raises(DatabaseRefusal, match="no complete certificate"):
        publication.publish(build)


def test_a_stale_certificate_is_refused(marts: psycopg.Connection) -> None:
    build = publication.start_build(FIRST, "first")
    certify(build)
    marts.execute("update ops.certificate set issued_at = issued_at - interval '1 hour'")
    with pytest.raises(DatabaseRefusal, match="stale"):
        publication.publish(build)


def test_rows_that_changed_after_the_certificate_are_refused(marts: psycopg.Connection) -> None:
    build = publication.start_build(FIRST, "first")
    write_figure(build, 10)
    certify(build)
    marts.execute("update store.figure set persons = 11")
    with pytest.raises(DatabaseRefusal, match="changed after its certificate"):
        publication.publish(build)


def test_an_earlier_report_date_is_refused_and_the_same_one_is_not(marts: psycopg.Connection) -> None:
    publish_night(SECOND, 20)
    with pytest.raises(DatabaseRefusal, match="is published"):
        publication.start_build(FIRST, "late")
    publish_night(SECOND, 21)
    assert seen() == [(SECOND, 21)]


def test_a_failed_gate_holds_the_night_and_hides_it_from_readers(marts: psycopg.Connection) -> None:
    publish_night(FIRST, 10)
    build = publication.start_build(SECOND, "second")
    write_figure(build, 20)
    certify(build, failed=1)
    with pytest.raises(DatabaseRefusal) as refusal:
        publication.publish_or_hold(build)
    assert refusal.value.exit_code == 3
    assert seen() == [(FIRST, 10)]
    status = marts.execute("select status, held_reason from ops.build where build = %s", (build,)).fetchone()
    assert status is not None
    assert status[0] == "held"
    assert "critical checks failed" in status[1]


def test_a_held_night_is_released_for_a_reason_only(marts: psycopg.Connection) -> None:
    build = publication.start_build(FIRST, "first")
    write_figure(build, 10)
    certify(build, failed=1)
    with pytest.raises(DatabaseRefusal):
        publication.publish_or_hold(build)
    with pytest.raises(DatabaseRefusal, match="reason"):
        publication.release_night(build, "  ")
    publication.release_night(build, "looked at, the fall is the festival")
    assert seen() == [(FIRST, 10)]
    assert marts.execute("select released_by from ops.publication").fetchone() == ("operator_of_tests",)


def test_a_second_publisher_and_an_overtaken_build_change_nothing(marts: psycopg.Connection) -> None:
    first = publication.start_build(FIRST, "first")
    certify(first)
    second = publication.start_build(FIRST, "second run of the night")
    certify(second)
    with pytest.raises(DatabaseRefusal, match="not the newest"):
        publication.publish(first)
    assert publication.publish(second) == second
    assert publication.publish(second) == second
    assert marts.execute("select count(*) from ops.publication").fetchone() == (1,)


def test_a_retried_start_continues_the_same_build(marts: psycopg.Connection) -> None:
    assert publication.start_build(FIRST, "first") == publication.start_build(FIRST, "first")


def test_only_a_publication_can_be_pinned(marts: psycopg.Connection) -> None:
    publish_night(FIRST, 10)
    build = publication.start_build(SECOND, "second")
    write_figure(build, 20)
    with database.connect("wh_analyst") as connection:
        with pytest.raises(DatabaseRefusal, match="no publication"):
            publication.pin(connection, build)
        connection.rollback()
        connection.execute("select set_config('warehouse.publication', %s, false)", (str(build),))
        with pytest.raises(psycopg.Error, match="there is no publication"):
            connection.execute("select persons from marts.figure")


def test_a_gate_cannot_change_the_results_of_another_night(marts: psycopg.Connection) -> None:
    first = publish_night(FIRST, 7)
    publication.start_build(SECOND, "run of the second")
    with database.connect("wh_gate") as connection:
        assert connection.execute("delete from ops.check_result").rowcount == 0
        connection.execute("select ops.void_certificate(%s)", (first,))
        for change in ("update ops.certificate set critical_failed = 0", "delete from ops.certificate"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(change)  # type: ignore[arg-type]
    assert marts.execute("select build from ops.certificate").fetchall() == [(first,)]
    with pytest.raises(psycopg.Error, match="not in progress"):
        certify(first)


def test_a_loader_cannot_accept_a_delivery(warehouse: psycopg.Connection) -> None:
    insert = """
        insert into ops.delivery (feed, unit, report_date, part, revision, kind, sha256, arrived_at, status{more})
        values ('workshop', '532501', '2024-05-18', '', 1, 'nil', sha256(''), now(), %s{value})
    """
    for status in ("accepted", "held", "withdrawn"):
        with pytest.raises(psycopg.errors.CheckViolation), database.connect("wh_loader") as connection:
            connection.execute(insert.format(more="", value=""), (status,))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.connect("wh_loader") as connection:
        connection.execute(insert.format(more=", build", value=", 1"), ("accepted",))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.connect("wh_loader") as connection:
        connection.execute("update ops.delivery set status = 'accepted'")


# --- rollback ---------------------------------------------------------------------------------------------------


def deliver(warehouse: psycopg.Connection, day: date, unit: str = "532501") -> int:
    row = warehouse.execute(
        """
        insert into ops.delivery (feed, unit, report_date, revision, kind, sha256, arrived_at)
        values ('workshop', %s, %s, 1, 'nil', sha256(%s::bytea), now()) returning delivery_id
        """,
        (unit, day, f"{unit} {day}".encode()),
    ).fetchone()
    assert row is not None
    return int(row[0])


def accept(warehouse: psycopg.Connection, build: int) -> None:
    warehouse.execute(
        "update ops.delivery set status = 'accepted' where build = %s and status = 'landed'",
        (build,),
    )


def status_of(warehouse: psycopg.Connection, delivery_id: int) -> tuple[str, int | None]:
    row = warehouse.execute("select status, build from ops.delivery where delivery_id = %s", (delivery_id,)).fetchone()
    assert row is not None
    return row[0], row[1]


def test_a_rollback_shows_the_publication_before_and_withdraws_the_named_deliveries(marts: psycopg.Connection) -> None:
    first = publish_night(FIRST, 10)
    wrong, right = deliver(marts, SECOND), deliver(marts, SECOND, "532502")
    build = publication.start_build(SECOND, "second")
    accept(marts, build)
    write_figure(build, 99)
    certify(build)
    second = publication.publish(build)
    assert publication.roll_back(second, [wrong], "the county sent last year's file") == first
    assert standing() == first
    assert seen() == [(FIRST, 10)]
    assert seen(as_of=SECOND) == [(FIRST, 10)]
    assert status_of(marts, wrong) == ("withdrawn", second)
    assert status_of(marts, right) == ("landed", None)
    third = publication.start_build(SECOND, "second again")
    assert status_of(marts, wrong) == ("withdrawn", second)
    assert status_of(marts, right) == ("landed", third)
    written = marts.execute(
        "select rolled_back_by, rollback_reason from ops.publication where publication = %s", (second,)
    ).fetchone()
    assert written == ("operator_of_tests", "the county sent last year's file")


def test_a_rollback_includes_later_publications(marts: psycopg.Connection) -> None:
    first, second, third = publish_night(FIRST, 10), publish_night(SECOND, 20), publish_night(SECOND, 30)
    assert publication.roll_back(second, [], "wrong formula") == first
    with pytest.raises(DatabaseRefusal, match="rolled back already"):
        publication.roll_back(third, [], "wrong formula")
    assert publication.roll_back(first, [], "wrong formula") is None
    assert standing() == 0
    assert seen() == []


def test_a_rollback_without_a_reason_is_refused(marts: psycopg.Connection) -> None:
    first = publish_night(FIRST, 10)
    with pytest.raises(DatabaseRefusal, match="needs a reason"):
        publication.roll_back(first, [], " ")
    assert standing() == first


def test_a_rollback_refuses_a_delivery_that_an_earlier_publication_accepted(marts: psycopg.Connection) -> None:
    early = deliver(marts, FIRST)
    build = publication.start_build(FIRST, "first")
    accept(marts, build)
    certify(build)
    publication.publish(build)
    second = publish_night(SECOND, 20)
    with pytest.raises(DatabaseRefusal, match=f"delivery {early} was not accepted"):
        publication.roll_back(second, [early], "wrong file")
    assert standing() == second


def test_a_night_that_was_begun_before_a_rollback_cannot_be_published(marts: psycopg.Connection) -> None:
    publish_night(FIRST, 10)
    second = publish_night(SECOND, 20)
    begun = publication.start_build(SECOND, "in progress")
    write_figure(begun, 30)
    certify(begun)
    publication.roll_back(second, [], "wrong formula")
    with pytest.raises(DatabaseRefusal, match="rolled back"):
        publication.publish(begun)
    assert publication.start_build(SECOND, "in progress") != begun


def test_a_pin_of_a_publication_that_was_rolled_back_is_an_error(marts: psycopg.Connection) -> None:
    publish_night(FIRST, 10)
    second = publish_night(SECOND, 20)
    with database.connect("wh_analyst") as connection:
        publication.pin(connection, second)
        connection.commit()
        publication.roll_back(second, [], "wrong formula")
        with pytest.raises(psycopg.Error, match="rolled back"):
            connection.execute("select * from marts.figure")
        connection.rollback()
        connection.execute("select marts.unpin()")
        assert connection.execute("select persons from marts.figure").fetchall() == [(10,)]


@pytest.mark.parametrize(
    "role", ["wh_loader", "wh_transformer", "wh_gate", "wh_analyst", "wh_auditor", "county_532528"]
)
def test_only_an_operator_rolls_back_and_releases(marts: psycopg.Connection, role: str) -> None:
    first = publish_night(FIRST, 10)
    for act in ("roll_back(%s, '{}', 'wrong formula')", "release_night(%s, 'looked at')"):
        with database.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"select ops.{act}", (first,))
