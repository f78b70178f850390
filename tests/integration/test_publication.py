from __future__ import annotations

from datetime import date

import psycopg
import pytest
from tests.kit.nights import certify

from employment_warehouse import database, publication
from employment_warehouse.publication import NotPublished

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
    with pytest.raises(NotPublished, match="no complete certificate"):
        publication.publish(build)
    assert seen() == []


def test_an_incomplete_certificate_is_refused(marts: psycopg.Connection) -> None:
    build = publication.start_build(FIRST, "first")
    certify(build, run=0)
    with pytest.raises(NotPublished, match="no complete certificate"):
        publication.publish(build)


def test_a_stale_certificate_is_refused(marts: psycopg.Connection) -> None:
    build = publication.start_build(FIRST, "first")
    certify(build)
    marts.execute("update ops.certificate set issued_at = issued_at - interval '1 hour'")
    with pytest.raises(NotPublished, match="stale"):
        publication.publish(build)


def test_rows_that_changed_after_the_certificate_are_refused(marts: psycopg.Connection) -> None:
    build = publication.start_build(FIRST, "first")
    write_figure(build, 10)
    certify(build)
    marts.execute("update store.figure set persons = 11")
    with pytest.raises(NotPublished, match="changed after its certificate"):
        publication.publish(build)


def test_an_earlier_report_date_is_refused_and_the_same_one_is_not(marts: psycopg.Connection) -> None:
    publish_night(SECOND, 20)
    with pytest.raises(NotPublished, match="is published"):
        publication.start_build(FIRST, "late")
    publish_night(SECOND, 21)
    assert seen() == [(SECOND, 21)]


def test_a_gate_that_failed_holds_the_night_and_readers_see_nothing_of_it(marts: psycopg.Connection) -> None:
    publish_night(FIRST, 10)
    build = publication.start_build(SECOND, "second")
    write_figure(build, 20)
    certify(build, failed=1)
    with pytest.raises(NotPublished) as refusal:
        publication.publish_or_hold(build)
    assert refusal.value.exit_code == 3
    assert seen() == [(FIRST, 10)]
    status = marts.execute("select status, held_reason from ops.build where build = %s", (build,)).fetchone()
    assert status is not None
    assert status[0] == "held"
    assert "critical checks failed" in status[1]


def test_a_held_night_is_released_under_a_name_and_for_a_reason_only(marts: psycopg.Connection) -> None:
    build = publication.start_build(FIRST, "first")
    write_figure(build, 10)
    certify(build, failed=1)
    with pytest.raises(NotPublished):
        publication.release_night(build, "Operator", "  ")
    publication.release_night(build, "Operator", "looked at, the fall is the festival")
    assert seen() == [(FIRST, 10)]
    assert marts.execute("select released_by from ops.publication").fetchone() == ("Operator",)


def test_a_second_publisher_and_an_overtaken_build_change_nothing(marts: psycopg.Connection) -> None:
    first = publication.start_build(FIRST, "first")
    certify(first)
    second = publication.start_build(FIRST, "second run of the night")
    certify(second)
    with pytest.raises(NotPublished, match="not the newest"):
        publication.publish(first)
    assert publication.publish(second) == second
    assert publication.publish(second) == second
    assert marts.execute("select count(*) from ops.publication").fetchone() == (1,)


def test_a_retried_start_goes_on_with_the_same_build(marts: psycopg.Connection) -> None:
    assert publication.start_build(FIRST, "first") == publication.start_build(FIRST, "first")


def test_a_pin_is_honoured_for_a_publication_only(marts: psycopg.Connection) -> None:
    publish_night(FIRST, 10)
    build = publication.start_build(SECOND, "second")
    write_figure(build, 20)
    with database.connect("wh_analyst") as connection:
        with pytest.raises(NotPublished, match="no publication"):
            publication.pin(connection, build)
        connection.rollback()
        connection.execute("select set_config('warehouse.publication', %s, false)", (str(build),))
        assert connection.execute("select persons from marts.figure").fetchall() == [(10,)]


def test_a_gate_cannot_rewrite_what_it_said_of_another_night(marts: psycopg.Connection) -> None:
    first = publish_night(FIRST, 7)
    publication.start_build(SECOND, "run of the second")
    with database.connect("wh_gate") as connection:
        assert connection.execute("update ops.certificate set critical_failed = 0, digest = 1").rowcount == 0
        assert connection.execute("delete from ops.certificate").rowcount == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        certify(first)


def test_a_loader_can_accept_nothing(warehouse: psycopg.Connection) -> None:
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
