"""Ingest under faults: loaders that are killed, delayed or concurrent, and identities that must appear nowhere."""

from __future__ import annotations

import logging
import os
import random
import shutil
import subprocess
import sys
import textwrap
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import fsspec
import polars as pl
import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.kit import files
from tests.kit.deadlocks import land_in_a_deadlock, wait_for_lock
from tests.kit.files import DAY, arrivals
from tests.kit.people import id_number
from tests.kit.server import connect_superuser

from employment_warehouse import settings
from employment_warehouse.database import connect
from employment_warehouse.database.embedded import Server
from employment_warehouse.errors import UserError
from employment_warehouse.identity import WrongDataKey, make_data_key, tokens
from employment_warehouse.identity.sealing import _open
from employment_warehouse.landing import COUNTY_FILES, IngestFailed, Share, delivery, ingest, record_scan
from employment_warehouse.landing.copying import RowCopy
from employment_warehouse.landing.erasing import ask_erasure
from employment_warehouse.landing.scanning import Scan
from employment_warehouse.landing.zone import LandingZone
from employment_warehouse.runtime import history
from employment_warehouse.runtime.steps import expect_deliveries
from employment_warehouse.settings import Home

put = partial(files.put, feed="labor_register")

HEADER = (
    "身份证号,姓名,户编号,与户主关系,县市代码,乡镇代码,村代码,人口类别,是否易地搬迁,安置点编号,劳动能力,是否在校,"
    "文化程度,就业意愿,手机号,是否农村低收入,死亡日期"
)
STATE = """
    select d.unit, d.report_date, d.part, d.revision, d.rows_read, d.rows_landed, d.rows_rejected,
        l.line, l.person_key, l.name_key, l.mobile_key, l.household_no
    from ops.delivery as d
    left join landing.labor_register as l using (delivery_id)
    order by d.unit, d.report_date, d.part, d.revision, l.line
"""


def person(serial: int, county: str) -> str:
    return (
        f"{id_number(serial)},张金丝雀{serial},H{serial},户主,{county},{county}101,{county}101201,一般农户,否,,普通劳动力,否,"
        f"初中,外出务工,1390000{serial:04d},否,"
    )


def register(*serials: int, county: str = "532528") -> str:
    return "\n".join([HEADER, *(person(serial, county) for serial in serials)]) + "\n"


def state_of(warehouse: psycopg.Connection) -> list[tuple]:  # type: ignore[type-arg]
    return warehouse.execute(STATE).fetchall()  # type: ignore[return-value]


# --- killed loaders -----------------------------------------------------------------------------------------

# A loader that kills itself with SIGKILL before or after its n-th call of a function.
KILLED_LOADER = """
    import os, signal, sys
    from datetime import date
    import fsspec
    from types import SimpleNamespace
    from employment_warehouse.landing import Share, archive, copying, delivery, ledger, loading, scan, zone

    # A folder needs nothing of Airflow, which takes seconds to import.
    zone._object_storage_path = lambda address: SimpleNamespace(fs=fsspec.filesystem("file"), path=address, protocol="")
    module, function, call, moment = sys.argv[1:]
    modules = {"archive": archive, "delivery": delivery, "loading": loading, "ledger": ledger}
    modules |= {"copying": copying.RowCopy}
    original, calls = getattr(modules[module], function), 0

    def killing(*given, **named):
        global calls
        calls += 1
        if calls == int(call) and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*given, **named)
        if calls == int(call) and moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(modules[module], function, killing)
    for arrival in scan(Share.of_sources({"county"}), date(2024, 5, 1)).arrivals:
        delivery.ingest(arrival)
"""
POINTS = [
    ("ledger", "claim", "after"),
    ("archive", "sha256_of", "after"),
    ("archive", "_seal_chunks", "after"),
    ("ledger", "insert_delivery", "after"),
    ("copying", "write", "before"),
    ("copying", "write", "after"),
    ("copying", "flush", "after"),
    ("loading", "store_rejected", "after"),
    ("loading", "store_identities", "after"),
    ("ledger", "record_counts", "after"),
    ("ledger", "complete_claim", "after"),
    ("delivery", "ingest", "after"),
]


def test_a_killed_loader_leaves_nothing_and_its_retry_stores_the_same_rows(
    warehouse: psycopg.Connection, zone: Path, warehouse_home: Home
) -> None:
    broken = person(9, "532528").replace(id_number(9), "1")
    put(zone, register(1, 2, 3) + broken + "\n" + person(1, "532528") + "\n")
    plugins = str(Path(delivery.__file__).parents[2])
    for module, function, moment in POINTS:
        before = state_of(warehouse)
        killed = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(KILLED_LOADER), module, function, "1", moment],
            env=os.environ | {"PYTHONPATH": plugins},
            check=False,
            capture_output=True,
            timeout=60,
        )
        assert killed.returncode == -9, (module, function, killed.stderr.decode()[-500:])
        if function != "ingest":
            assert state_of(warehouse) == before == [], (module, function)
    assert arrivals(DAY) == []  # the last one was killed after its commit
    once = state_of(warehouse)
    assert [(row[4], row[5], row[6]) for row in once] == [(5, 3, 2)] * 3
    warehouse.execute("truncate ops.delivery, ops.arrival, landing.labor_register, vault.rejected_row cascade")
    (offered,) = arrivals(DAY)
    assert ingest(offered) is not None
    assert state_of(warehouse) == once


def test_a_lost_connection_leaves_nothing_and_names_no_value(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(zone, register(1, 2))
    (offered,) = arrivals(DAY)
    write = RowCopy.write

    def cut(copy: RowCopy, encoded: list[bytes]) -> None:
        write(copy, encoded)
        warehouse.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'wh_loader'")

    with monkeypatch.context() as patched:
        patched.setattr(RowCopy, "write", cut)
        with pytest.raises(IngestFailed, match=r"57P01|no answer"):
            ingest(offered)
    assert state_of(warehouse) == []
    assert ingest(offered).rows_landed == 2  # type: ignore[union-attr]


def test_the_server_is_not_given_the_reason_of_an_aborted_copy(
    warehouse: psycopg.Connection, warehouse_server: Server
) -> None:
    warehouse.execute("set log_min_messages = 'error'")
    with pytest.raises(ValueError, match="canary-9"), RowCopy(warehouse, "labor_register") as copy:
        copy.write([])
        raise ValueError("canary-9")
    warehouse.rollback()
    assert copy.rows == 0
    logged = warehouse_server.log.read_text()
    assert "CopyAborted" in logged
    assert "canary-9" not in logged


# --- concurrent loaders -------------------------------------------------------------------------------------


@pytest.mark.quick
def test_eight_loaders_on_one_file_make_one_delivery(warehouse: psycopg.Connection, zone: Path) -> None:
    for round_ in range(3):
        put(zone, register(*range(1, 4 + round_)), minutes=round_)
        (offered,) = arrivals(DAY)
        with ThreadPoolExecutor(8) as pool:
            landed = list(pool.map(ingest, [offered] * 8))
        assert len([one for one in landed if one is not None]) == 1
        assert warehouse.execute("select count(*) from ops.delivery").fetchone() == (round_ + 1,)
        latest = [row for row in state_of(warehouse) if row[3] == round_ + 1]
        assert len(latest) == 3 + round_


@pytest.mark.parametrize("where", ["before the transaction", "in the transaction"])
def test_a_delayed_loader_changes_nothing_after_its_replacement(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    put(zone, register(1, 2, 3))
    (offered,) = arrivals(DAY)
    asleep, wake = threading.Event(), threading.Event()
    function = "_incoming_part" if where == "before the transaction" else "load_rows"
    original = getattr(delivery, function)

    def delayed(*given: object) -> object:
        if not asleep.is_set():
            asleep.set()
            assert wake.wait(30)
        return original(*given)

    monkeypatch.setattr(delivery, function, delayed)
    with ThreadPoolExecutor(2) as pool:
        delayed_loader = pool.submit(ingest, offered)
        assert asleep.wait(30)
        replacement = pool.submit(ingest, offered)
        if where == "before the transaction":
            assert replacement.result(30) is not None
        else:
            while warehouse.execute("select epoch from ops.arrival").fetchone() != (2,):
                pass
        wake.set()
        assert delayed_loader.result(30) is None
        assert replacement.result(30) is not None
    assert [row[3] for row in state_of(warehouse)] == [1, 1, 1]


# --- identities ---------------------------------------------------------------------------------------------


@pytest.mark.quick
def test_identities_appear_in_no_table_log_error_or_file(
    warehouse: psycopg.Connection,
    warehouse_server: Server,
    warehouse_home: Home,
    zone: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    canaries = [id_number(7), "张金丝雀7", "13900000007", id_number(8)[:17]]
    broken = person(8, "532528").replace(id_number(8), id_number(8)[:17])
    put(zone, register(7) + broken + "\n")
    (offered,) = arrivals(DAY)
    failures = []
    for rule in ("household_no <> 'H7'", "false"):
        warehouse.execute(f"alter table landing.labor_register add constraint planted check ({rule})")  # type: ignore[arg-type]
        with pytest.raises(IngestFailed) as failed:
            ingest(offered)
        failures += ["".join(traceback.format_exception(failed.value))]
        warehouse.execute("alter table landing.labor_register drop constraint planted")
    assert ingest(offered) is not None
    texts = [*failures, caplog.text, warehouse_server.log.read_text(errors="replace")]
    for schema, table in warehouse.execute(
        "select schemaname, tablename from pg_tables where schemaname in ('ops', 'landing', 'vault')"
    ).fetchall():
        texts += [str(warehouse.execute(f'select t::text from "{schema}"."{table}" as t').fetchall())]  # type: ignore[arg-type]
    for file in warehouse_home.root.rglob("*"):
        if file.is_file() and "postgres" not in file.parts:
            texts += [file.read_bytes().decode(errors="replace")]
    for canary in canaries:
        assert not [text[:200] for text in texts if canary in text]


def test_the_loader_cannot_read_back_what_it_sealed(warehouse: psycopg.Connection) -> None:
    for column in ("vault.person", "vault.bank_account", "vault.rejected_row"):
        with connect("wh_loader") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"select sealed from {column}")  # type: ignore[arg-type]


def test_the_loader_cannot_delete_what_has_landed(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, register(1, 2))
    landed = ingest(arrivals(DAY)[0])
    assert landed is not None
    with connect("wh_loader") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("delete from landing.labor_register")
    with connect("wh_loader") as connection, pytest.raises(psycopg.Error, match="not being landed"):
        connection.execute(
            "select landing.remove_repeated('labor_register', %s, '{county_code}', '{}', '{2,3}')",
            (landed.delivery_id,),
        )


# --- order --------------------------------------------------------------------------------------------------


@hypothesis_settings(
    max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(seed=st.integers(0, 10_000), order=st.randoms(use_true_random=False))
def test_the_order_in_which_deliveries_land_does_not_matter(
    warehouse: psycopg.Connection, zone: Path, seed: int, order: random.Random
) -> None:
    made = random.Random(seed)
    pending: dict[tuple[str, int], list[str]] = {}
    for county in ("532501", "532528"):
        for days in range(2):
            pending[county, days] = [
                register(*made.sample(range(1, 9), made.randint(0, 4)), county=county)
                for _ in range(made.randint(1, 2))
            ]

    def ingest_all(ordered: list[tuple[str, int]]) -> list[tuple]:  # type: ignore[type-arg]
        warehouse.execute("truncate ops.delivery, ops.arrival, landing.labor_register, vault.person cascade")
        shutil.rmtree(zone, ignore_errors=True)
        revision = dict.fromkeys(pending, 0)
        for minutes, (county, days) in enumerate(ordered):
            content = pending[county, days][revision[county, days]]
            revision[county, days] += 1
            put(zone, content, f"{county}.csv", day=DAY + timedelta(days=days), minutes=minutes)
            for offered in arrivals(DAY + timedelta(days=1)):
                ingest(offered)
        persons = warehouse.execute("select array_agg(person_key order by person_key) from vault.person").fetchall()
        return [*state_of(warehouse), *persons]

    in_turn = [key for key, contents in pending.items() for _ in contents]
    shuffled = in_turn.copy()
    order.shuffle(shuffled)
    assert ingest_all(shuffled) == ingest_all(in_turn)


def test_another_token_key_lands_nothing(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(zone, register(1))
    (first,) = arrivals(DAY)
    assert ingest(first) is not None
    put(zone, register(2), minutes=1)
    (second,) = arrivals(DAY)
    keys = settings.secret_keys()
    monkeypatch.setenv("WAREHOUSE_WRAPPING_KEY", keys.wrapping_key.hex())
    monkeypatch.setenv("WAREHOUSE_TOKEN_KEY", "00" * 32)
    with pytest.raises(UserError) as refused:
        ingest(second)
    assert refused.value.code == "wrong_token_key"
    assert keys.token_key.hex() not in str(refused.value)
    assert warehouse.execute("select count(*) from ops.delivery").fetchone() == (1,)
    monkeypatch.setenv("WAREHOUSE_TOKEN_KEY", keys.token_key.hex())
    assert ingest(second) is not None


def test_a_register_counts_also_where_another_ingest_names_its_person_meanwhile(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put(zone, register(1, 2))
    key = UUID(bytes=tokens(pl.Series([id_number(1)]), "person")[0])
    with connect_superuser() as other, connect_superuser() as watcher, ThreadPoolExecutor(1) as pool:
        watcher.autocommit = True
        other.execute("insert into vault.person values (%s, 1, '532528', 'of another feed')", (key,))
        ingesting = pool.submit(files.ingest_all)
        wait_for_lock(watcher, ingesting)
        other.commit()
        ingesting.result()
    assert warehouse.execute("select count(*) from vault.person where sealed <> 'of another feed'").fetchone() == (2,)


def test_an_archive_that_is_not_mounted_is_refused_before_anything_is_sealed(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put(zone, register(1))
    (first,) = arrivals(DAY)
    assert ingest(first) is not None
    put(zone, register(2), minutes=1)
    (second,) = arrivals(DAY)
    with unmounted() as mount_point:
        with pytest.raises(WrongDataKey, match=str(mount_point)):
            ingest(second)
        with pytest.raises(WrongDataKey):
            ask_erasure(id_number(1), "本人申请")
        with pytest.raises(WrongDataKey):
            expect_deliveries(DAY.isoformat())
        with pytest.raises(WrongDataKey):
            history.record()
        assert not [path for path in mount_point.rglob("*") if path.is_file()]
        make_data_key()  # another one
        with pytest.raises(WrongDataKey):
            ingest(second)
    assert warehouse.execute("select count(*) from ops.delivery").fetchone() == (1,)
    assert ingest(second) is not None


@contextmanager
def unmounted() -> Iterator[Path]:
    """An empty folder in the archive's place."""
    archive = settings.current_home().archive
    kept = archive.rename(archive.with_name("kept_archive"))
    archive.mkdir(mode=0o700)
    _open.cache_clear()
    try:
        yield archive
    finally:
        shutil.rmtree(archive)
        kept.rename(archive)
        _open.cache_clear()


# --- other file systems -------------------------------------------------------------------------------------


@pytest.fixture
def memory_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WAREHOUSE_LANDING_ZONE", "memory://zone")
    yield
    fsspec.filesystem("memory").rm("/zone", recursive=True)


def test_a_landing_zone_may_be_any_file_system(warehouse: psycopg.Connection, memory_zone: None) -> None:
    files = fsspec.filesystem("memory")
    files.pipe("/zone/labor_register/2024-05-01/532528.csv", register(1, 2).encode())
    files.pipe("/zone/labor_register/2024-05-01/532501.csv.part", b"x")
    (offered,) = arrivals(DAY, settle_seconds=0.1)
    assert offered.path == "labor_register/2024-05-01/532528.csv"
    assert ingest(offered).rows_landed == 2  # type: ignore[union-attr]
    assert arrivals(DAY, settle_seconds=0.1) == []


def test_a_folder_that_cannot_be_listed_is_a_fault_and_hides_no_other(
    warehouse: psycopg.Connection, memory_zone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = fsspec.filesystem("memory")
    for feed in ("labor_register", "job_event"):
        files.pipe(f"/zone/{feed}/2024-05-01/532528.csv", register(1).encode())
    listed = type(files).ls

    def ls(self: Any, path: str, detail: bool = True, **more: Any) -> Any:
        if "job_event" in path:
            raise PermissionError(path)
        return listed(self, path, detail=detail, **more)

    def info(self: Any, path: str, **more: Any) -> Any:
        raise TimeoutError(path)

    with monkeypatch.context() as patched:
        patched.setattr(type(files), "ls", ls)
        assert ("job_event/", False) in LandingZone().entries()
        (offered,) = arrivals(DAY, settle_seconds=0.1)
        assert offered.feed == "labor_register"
        patched.setattr(type(files), "info", info)
        with pytest.raises(TimeoutError):
            LandingZone().entries()


def test_an_unknown_file_system_is_reported(warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_LANDING_ZONE", "gopher://zone")
    with pytest.raises(Exception, match="gopher") as raised:
        arrivals(DAY)
    assert raised.value.code == "landing_zone_unknown"  # type: ignore[attr-defined]


def test_a_landing_zone_that_is_not_there_yet_has_no_files(warehouse: psycopg.Connection, zone: Path) -> None:
    assert arrivals(DAY) == []


# --- deadlocks ----------------------------------------------------------------------------------------------


def test_a_loader_that_is_rolled_back_by_a_deadlock_tries_again(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, register(1, 2))
    assert ingest(*arrivals(DAY)) is not None
    delivery_made = land_in_a_deadlock(warehouse, lambda: ingest(*arrivals(DAY)))
    assert delivery_made is not None
    assert delivery_made.rows_landed == 2


def test_two_scans_that_record_the_same_files_do_not_fail(warehouse: psycopg.Connection, zone: Path) -> None:
    """As of a task that was thought dead and its replacement: each wants a row that the other has."""
    for number in (1, 2):
        put(zone, register(number), f"53252{number + 3}.csv")
    found, share = Scan(arrivals(DAY), []), Share.of_sources(COUNTY_FILES)
    record_scan(DAY, share, found)
    delete_row = "delete from ops.intake_failure where unit = %s"
    with ThreadPoolExecutor(1) as loader:
        with connect_superuser() as other:
            other.execute("set deadlock_timeout = '1min'")  # it is the loader that finds the deadlock
            other.execute(delete_row, ["532525"])
            recorded = loader.submit(record_scan, DAY, share, found)
            wait_for_lock(warehouse, recorded)
            other.execute(delete_row, ["532524"])
        recorded.result()
    assert warehouse.execute("select unit from ops.intake_failure order by 1").fetchall() == [("532524",), ("532525",)]


@pytest.mark.parametrize("moment", ["between listing and asking for its size", "after the scan"])
def test_a_file_that_becomes_a_link_is_not_read(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Whoever may make links in the landing zone would have another county's file ingested as its own."""
    theirs = put(zone, register(1, 2), "532501.csv")
    own = put(zone, register(3), "532528.csv")
    found, foreign = sorted(arrivals(DAY), key=lambda arrival: -int(arrival.unit))
    entries = LandingZone.entries

    def and_then_a_link(self: LandingZone) -> list[tuple[str, bool]]:
        listed = entries(self)
        own.unlink()
        own.symlink_to("532501.csv")
        return listed

    if moment == "after the scan":
        and_then_a_link(LandingZone())
        as_it_is_now = replace(found, file_bytes=foreign.file_bytes, modified_at=foreign.modified_at)
        assert (ingest(found), ingest(as_it_is_now)) == (None, None)
    else:
        monkeypatch.setattr(LandingZone, "entries", and_then_a_link)
        assert [arrival.path for arrival in arrivals(DAY)] == [foreign.path]
    assert theirs.exists()
    assert warehouse.execute("select count(*) from ops.delivery").fetchone() == (0,)
