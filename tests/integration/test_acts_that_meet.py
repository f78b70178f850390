"""What two people, or a person and a night, do at the same moment: one after the other, by one lock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from tests.kit import files
from tests.kit.deadlocks import wait_for_lock
from tests.kit.nights import certify, start_build
from tests.kit.people import id_number
from tests.kit.server import connect_superuser

from employment_warehouse import landing, publication
from employment_warehouse.database import OWN_LOGIN, DatabaseRefusal, connect
from employment_warehouse.errors import UserError
from employment_warehouse.landing import erasing, ledger

pytestmark = pytest.mark.quick

MAY, LAST, JUNE = date(2024, 5, 1), date(2024, 5, 30), date(2024, 6, 1)


def publish(day: date) -> int:
    build = start_build(day)
    certify(build)
    return publication.publish(build)


def beside(first: psycopg.Connection, act: Callable[[], Any]) -> Future[Any]:
    """An act of somebody else that begins while `first` has not committed, and ends after it has."""
    with ThreadPoolExecutor(1) as pool, connect_superuser() as watcher:
        watcher.autocommit = True
        begun = pool.submit(act)
        wait_for_lock(watcher, begun)
        first.commit()
    return begun


def test_a_month_is_not_closed_on_a_publication_that_is_being_rolled_back(warehouse: psycopg.Connection) -> None:
    publish(LAST)
    wrong = publish(JUNE)
    with connect(OWN_LOGIN) as operator:
        operator.read_only = False
        operator.execute("select ops.roll_back(%s, '{}', 'wrong')", (wrong,))
        closing = beside(operator, lambda: publication.close_month(MAY))
    with pytest.raises(DatabaseRefusal, match="2024-05"):
        closing.result()
    assert warehouse.execute("select * from ops.month_close").fetchall() == []


def test_a_person_is_erased_before_a_night_begins_or_after_it(warehouse: psycopg.Connection) -> None:
    landing.ask_erasure(id_number(1), "asked for")
    with connect("wh_publisher") as publisher:
        publisher.execute("select ops.start_build(%s, 'a night')", (JUNE,))
        erasing = beside(publisher, landing.erase_asked)
    with pytest.raises(UserError, match="erasure 1"):
        erasing.result()
    assert warehouse.execute("select done_at from vault.erasure").fetchall() == [(None,)]


def test_a_person_whose_rows_are_being_stored_is_erased_after_them(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ingest has read who was erased before the person asked."""
    people = [{"id_number": id_number(serial), "is_relocated": "否"} for serial in (1, 2)]
    register = files.rows_of("labor_register", *people)
    files.put(zone, register, feed="labor_register")
    stored, may_end = Event(), Event()
    record_counts = ledger.record_counts

    def waiting(*given: Any) -> Any:
        stored.set()
        assert may_end.wait(60)
        return record_counts(*given)

    monkeypatch.setattr(ledger, "record_counts", waiting)
    with ThreadPoolExecutor(2) as pool, connect_superuser() as watcher:
        watcher.autocommit = True
        ingesting = pool.submit(files.ingest_all)
        assert stored.wait(60)
        landing.ask_erasure(id_number(1), "asked for")
        erasing = pool.submit(landing.erase_asked)
        wait_for_lock(watcher, erasing)
        may_end.set()
        ingesting.result()
        erasing.result()
    assert warehouse.execute("select count(*) from landing.labor_register").fetchone() == (1,)
    assert warehouse.execute("select rows_landed, rows_erased from ops.delivery").fetchall() == [(1, 1)]


def test_a_night_that_gate_2_has_not_held_is_not_released(warehouse: psycopg.Connection) -> None:
    build = start_build(JUNE)
    certify(build, failed=1)
    with pytest.raises(DatabaseRefusal, match="has not ended"):
        publication.release_night(build, "looked at")
    publication.hold_night(build, "gate 2")
    assert publication.release_night(build, "looked at") == build


def test_a_first_step_that_comes_late_makes_the_night_begin_anew(warehouse: psycopg.Connection) -> None:
    build = publication.start_build(JUNE, "a night")
    certify(build)
    warehouse.execute("delete from ops.certificate")
    assert publication.start_build(JUNE, "a night") == build
    assert warehouse.execute("select * from ops.model_version where build = %s", (build,)).fetchall() == []


def checked(day: date, failed: int = 0) -> tuple[int, bool]:
    """A build with its rules and its certificate, and whether it computes everything again."""
    build = start_build(day)
    with connect("wh_transformer") as dbt:
        found = dbt.execute("select ops.record_rules('models')").fetchone()
    certify(build, failed=failed)
    assert found is not None
    return build, bool(found[0])


def test_a_held_night_is_run_again_after_an_erasure_and_knows_of_it(warehouse: psycopg.Connection) -> None:
    publication.publish(checked(LAST)[0])
    held, _ = checked(JUNE, failed=1)
    publication.hold_night(held, "gate 2")
    landing.ask_erasure(id_number(1), "asked for")
    landing.erase_asked()
    with pytest.raises(DatabaseRefusal, match="a person was erased after build"):
        publication.release_night(held, "looked at")
    for night, is_recomputed in ((JUNE, True), (date(2024, 6, 2), False)):
        build, found = checked(night)
        assert found == is_recomputed
        publication.publish(build)


def test_a_night_that_passes_while_files_are_searched_for_a_person_is_recomputed(
    warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication.publish(checked(LAST)[0])

    def a_long_search(connection: psycopg.Connection, *_: Any) -> list[Any]:
        connection.execute("select from ops.delivery")
        publication.publish(checked(JUNE)[0])
        return []

    monkeypatch.setattr(erasing, "_in_files", a_long_search)
    landing.ask_erasure(id_number(1), "asked for")
    landing.erase_asked()
    _, is_recomputed = checked(date(2024, 6, 2))
    assert is_recomputed
