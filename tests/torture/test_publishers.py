"""Publishing beside others: of two publishers one moves the pointer; readers see one night or the next, never both."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta

import psycopg
import pytest
from tests.kit.nights import certify, standing
from tests.torture.conftest import Say

from employment_warehouse import database, publication
from employment_warehouse.database import DatabaseRefusal

FIRST, ROWS = date(2024, 5, 1), 50
TORTURE = bool(os.environ.get("TORTURE"))
READERS, PUBLICATIONS, READS = (64, 100, 100_000) if TORTURE else (8, 5, 2_000)
SECONDS_OF_THE_ANALYST = 60 if TORTURE else 1
PAIRS = 100 if TORTURE else 3
# Two marts, each with as many rows in every publication, all with the publication's number.
MARTS = """
    create table store.{mart} (
        county_code text not null, number integer, from_build integer not null, to_build integer
    );
    create index on store.{mart} (from_build);
    alter table store.{mart} owner to wh_owner;
    grant select, insert, update, delete on store.{mart} to wh_transformer;
    create view marts.{mart} with (security_barrier) as
        select shown.publication, f.county_code, f.number
        from store.{mart} as f, ops.visible_publication() as shown
        where f.from_build <= shown.publication and (f.to_build is null or shown.publication < f.to_build);
    alter view marts.{mart} owner to wh_owner;
    grant select on marts.{mart} to wh_reader;
"""
READ = """
    select count(*), min(number), max(number), min(publication), max(publication)
    from (select number, publication from marts.figure union all select number, publication from marts.share) as shown
"""


@pytest.fixture
def marts(warehouse: psycopg.Connection) -> psycopg.Connection:
    for mart in ("figure", "share"):
        warehouse.execute(MARTS.format(mart=mart))  # type: ignore[arg-type]
    return warehouse


def prepare(number: int, run: str = "a run") -> int:
    """A night that is built and certified; its build."""
    build = publication.start_build(FIRST + timedelta(number), f"{run} of night {number}")
    with database.connect("wh_transformer") as connection:
        for mart in ("figure", "share"):
            connection.execute(f"update store.{mart} set to_build = %s where to_build is null", (build,))  # type: ignore[arg-type]
            connection.execute(
                f"insert into store.{mart} (county_code, number, from_build)"  # type: ignore[arg-type]
                " select '532501', %s, %s from generate_series(1, %s)",
                (build, build, ROWS),
            )
    certify(build)
    return build


@dataclass
class Reader:
    """Reads again and again over one connection, and judges each read."""

    role: str
    reads: int = 0
    wrong: list[str] = field(default_factory=list)

    def read(self, stop: threading.Event) -> None:
        with database.connect(self.role) as connection:
            connection.autocommit = True
            while not stop.is_set():
                self._read_once(connection)

    def _read_once(self, connection: psycopg.Connection) -> None:
        try:
            row = connection.execute(READ).fetchone()
        except psycopg.Error as error:
            self.wrong.append(f"failed: {error.sqlstate}")
            return
        self.reads += 1
        if row is None or row[0] != 2 * ROWS or len(set(row[1:])) != 1:
            self.wrong.append(f"mixed, empty or partial: {row}")


def readers(marts: psycopg.Connection, number: int) -> Iterator[Reader]:
    """Four connections a login are allowed."""
    [counties] = marts.execute("select ops.county_codes()").fetchone() or ([],)
    logins = ["wh_analyst", *(f"{kind}_{code}" for code in counties for kind in ("county", "caseworker"))]
    for at in range(number):
        yield Reader(logins[at // 4])


def run_readers(made: list[Reader], publications: int) -> list[float]:
    """Publish so often beside the readers, and go on until they have read enough; seconds of each publication."""
    stop, took = threading.Event(), []
    with ThreadPoolExecutor(len(made)) as pool:
        running = [pool.submit(reader.read, stop) for reader in made]
        try:
            for number in range(1, publications + 1):
                build = prepare(number)
                began = time.perf_counter()
                publication.publish(build)
                took.append(time.perf_counter() - began)
            until = time.monotonic() + 600
            while sum(reader.reads for reader in made) < READS and time.monotonic() < until:
                time.sleep(0.1)
        finally:
            stop.set()
        for one in running:
            one.result()
    return took


@pytest.mark.timeout(0)
def test_no_read_is_mixed_empty_or_failed(marts: psycopg.Connection, say: Say) -> None:
    publication.publish(prepare(0))
    made = list(readers(marts, READERS))
    took = run_readers(made, PUBLICATIONS)
    reads, wrong = sum(reader.reads for reader in made), [text for reader in made for text in reader.wrong]
    say(f"{len(made)} readers, {len(took)} publications, {reads:,} reads, {len(wrong)} wrong;")
    say(f"the slowest publication took {max(took):.3f} s")
    assert wrong == []
    assert reads >= READS
    assert len(took) == PUBLICATIONS


def test_a_reader_that_could_see_a_mixture_is_noticed(marts: psycopg.Connection) -> None:
    """Planted: one of two marts shows the newest build, published or not."""
    publication.publish(prepare(0))
    marts.execute(
        "create or replace view marts.share with (security_barrier) as"
        " select f.from_build as publication, f.county_code, f.number from store.share as f where f.to_build is null"
    )
    prepare(1)
    reader = Reader("wh_analyst")
    with database.connect(reader.role) as connection:
        reader._read_once(connection)
    assert [text.partition(":")[0] for text in reader.wrong] == ["mixed, empty or partial"]


@pytest.mark.timeout(0)
def test_an_analyst_s_long_transaction_delays_no_publication(marts: psycopg.Connection) -> None:
    publication.publish(prepare(0))
    with database.connect("wh_analyst") as analyst:
        before = analyst.execute(READ).fetchone()
        until, number, took = time.monotonic() + SECONDS_OF_THE_ANALYST, 1, []
        while time.monotonic() < until:
            build = prepare(number)
            began = time.perf_counter()
            publication.publish(build)
            took.append(time.perf_counter() - began)
            number += 1
        assert analyst.execute(READ).fetchone() == before
    print(
        f"{len(took)} publications beside a transaction of {SECONDS_OF_THE_ANALYST} s, at most {max(took):.3f} s each"
    )
    assert max(took) <= 1


@pytest.mark.timeout(0)
def test_of_two_publishers_one_moves_the_pointer(marts: psycopg.Connection) -> None:
    """Both of one build, which is published once; or of a build and the one that has overtaken it."""

    def attempt(build: int) -> int | None:
        try:
            return publication.publish(build)
        except DatabaseRefusal:
            return None

    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(2))
        for number in range(PAIRS):
            earlier = prepare(number)
            later = prepare(number, "another run") if number % 2 else earlier
            found = list(pool.map(attempt, (earlier, later)))
            assert found == ([None, later] if later != earlier else [later, later])
            assert standing() == later
    counted = marts.execute("select count(*), count(distinct publication) from ops.publication").fetchone()
    assert counted == (PAIRS, PAIRS)
