"""What the roles of programs cannot do although they run the nights: each as it would try, over its own connection."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb
from tests.kit.nights import Nights, certify, connect_superuser

from employment_warehouse import publication
from employment_warehouse.database import DatabaseRefusal, connect

pytestmark = pytest.mark.quick
FIRST, SECOND = date(2024, 5, 1), date(2024, 5, 2)
COUNTY = "532501"


@pytest.fixture
def impatient(nights: Nights) -> Nights:
    """Functions that wait for others give up at once."""
    for function in ("move_pointer(integer, text)", "seal_build(integer)", "void_certificate(integer)"):
        nights.connection.execute(f"alter function ops.{function} set lock_timeout = '300ms'")  # type: ignore[arg-type]
    return nights


@pytest.fixture
def open_transactions() -> Iterator[Any]:
    """Connections that a test leaves in the middle of a transaction."""
    opened: list[psycopg.Connection] = []

    def begin(role: str) -> psycopg.Connection:
        opened.append(connect(role))
        return opened[-1]

    yield begin
    for connection in opened:
        connection.close()


def write(dbt: psycopg.Connection, workers: int) -> None:
    dbt.execute("select ops.undo_version('dim_workshop')")
    dbt.execute(
        "insert into tonight.dim_workshop (county_code, workshop_no, workers) values (%s, 'A', %s)", (COUNTY, workers)
    )
    dbt.execute("select ops.write_version('dim_workshop')")


def seal(build: int) -> None:
    with connect("wh_gate") as gate:
        gate.execute("select ops.seal_build(%s)", (build,))


def expect(build: int, *checks: str) -> None:
    with connect("wh_publisher") as publisher:
        listed = [{"suite": "s", "check_name": check, "severity": "critical"} for check in checks]
        publisher.execute("select ops.expect_checks(%s, %s)", (build, Jsonb(listed)))


def record(connection: psycopg.Connection, build: int, check: str) -> None:
    connection.execute(
        "insert into ops.check_result (build, gate, suite, check_name, severity, success)"
        " values (%s, 2, 's', %s, 'info', true)",
        (build, check),
    )


def written(build: int) -> None:
    with connect_superuser() as superuser:
        superuser.execute(
            "insert into ops.model_version (build, model, rows_opened, rows_closed)"
            " select %s, v.model, 0, 0 from ops.versioned as v on conflict do nothing",
            (build,),
        )


# --- rows after the certificate -------------------------------------------------------------------------------------


def test_a_writer_that_began_before_gate_2_stops_it_and_cannot_write_after_it(
    impatient: Nights, open_transactions: Any
) -> None:
    build = impatient.start(FIRST)
    dbt = open_transactions("wh_transformer")
    write(dbt, 20)
    pid = dbt.info.backend_pid
    with pytest.raises(psycopg.Error, match=rf"wh_transformer \(pid {pid}\) has not ended its transaction"):
        seal(build)
    dbt.commit()
    seal(build)
    with pytest.raises(psycopg.Error, match="its rows can no longer change"):
        write(dbt, 99)
    dbt.rollback()
    # Nor with a snapshot from before.
    dbt.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    with connect("wh_gate") as gate:
        gate.execute("select ops.void_certificate(%s)", (build,))
    dbt.execute("select count(*) from ops.build")
    seal(build)
    with pytest.raises(psycopg.Error):
        write(dbt, 99)
    dbt.rollback()
    certify(build)
    assert publication.publish(build) == build
    assert impatient.rows("select workers from store.dim_workshop") == [(20,)]


def test_rows_with_the_same_hashes_have_another_digest(nights: Nights) -> None:
    """PostgreSQL's hash of a bigint folds it, whatever the seed: these two rows are one to hash_record_extended."""
    nights.connection.execute(
        "create table store.figure (n bigint, from_build integer, to_build integer);"
        " alter table store.figure owner to wh_owner"
    )
    build = nights.start(FIRST)
    nights.connection.execute("insert into store.figure values (1, %s)", (build,))
    seal(build)
    hashed = "select hash_record_extended(f, %s), ops.build_digest(%s) from store.figure as f"
    before = [nights.rows(hashed, seed, build)[0] for seed in (0, 4711)]
    nights.connection.execute("update store.figure set n = 1::bigint << 32")
    after = [nights.rows(hashed, seed, build)[0] for seed in (0, 4711)]
    assert [row[0] for row in before] == [row[0] for row in after]
    assert before[0][1] != after[0][1]
    assert len(before[0][1]) == 32


def test_the_key_of_a_digest_is_new_for_each_sealing_and_nobody_reads_it(nights: Nights) -> None:
    build = nights.start(FIRST)
    keys = []
    for _ in range(2):
        seal(build)
        keys += nights.rows("select key from ops.digest_key where build = %s", build)
    assert len(set(keys)) == 2
    for role in ("wh_loader", "wh_transformer", "wh_gate", "wh_publisher", "wh_auditor", "wh_analyst"):
        for question in ("select key from ops.digest_key", "select ops.key_of(1)", "select ops.build_digest(1)"):
            with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(question)  # type: ignore[arg-type]


# --- the loader -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["insert", "copy"])
def test_an_accepted_delivery_does_not_grow(nights: Nights, how: str) -> None:
    accepted = nights.deliver("workshop", COUNTY, FIRST, [{"workshop_no": "A"}])
    nights.start(FIRST)
    with connect("wh_loader") as loader, pytest.raises(psycopg.Error, match="is not being landed by this transaction"):
        if how == "insert":
            loader.execute("insert into landing.workshop (delivery_id, line) values (%s, 7)", (accepted,))
        else:
            with loader.cursor().copy("copy landing.workshop (delivery_id, line) from stdin") as copy:
                copy.write_row((accepted, 7))
    with connect("wh_loader") as loader:
        assert loader.execute("update ops.delivery set rows_landed = 2, rows_read = 2").rowcount == 0
        assert loader.execute("select * from landing.begin_restore(%s)", (accepted,)).fetchall() == []
        with pytest.raises(psycopg.Error, match="not being restored"), loader.transaction():
            loader.execute("select landing.end_restore(%s)", (accepted,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege), loader.transaction():
            loader.execute("update ops.delivery set landed_by = ops.this_transaction()")
    assert nights.scalar("select count(*) from landing.workshop") == 1


def test_rows_land_only_in_the_feed_of_their_delivery(nights: Nights) -> None:
    with connect("wh_loader") as loader, pytest.raises(psycopg.Error, match="is not being landed by this transaction"):
        row = loader.execute(
            "insert into ops.delivery (feed, unit, report_date, revision, kind, sha256, arrived_at)"
            " values ('workshop', %s, %s, 1, 'file', sha256(''), now()) returning delivery_id",
            (COUNTY, FIRST),
        ).fetchone()
        assert row
        loader.execute("insert into landing.workshop (delivery_id, line) values (%s, 2)", row)
        loader.execute("insert into landing.public_post (delivery_id, line) values (%s, 2)", row)


def test_a_statement_asks_once_which_deliveries_are_its_own(nights: Nights) -> None:
    with connect_superuser() as connection, connection.transaction(force_rollback=True):
        connection.execute("set local track_functions = 'all'; set local session authorization wh_loader")
        row = connection.execute(
            "insert into ops.delivery (feed, unit, report_date, revision, kind, sha256, arrived_at)"
            " values ('workshop', %s, %s, 1, 'file', sha256(''), now()) returning delivery_id",
            (COUNTY, FIRST),
        ).fetchone()
        connection.execute(
            "insert into landing.workshop (delivery_id, line) select %s, line from generate_series(2, 1001) as line",
            row,
        )
        connection.execute("reset session authorization")
        calls = connection.execute(
            "select calls from pg_stat_xact_user_functions where funcname = 'own_deliveries'"
        ).fetchall()
    assert calls == [(1,)]


def test_a_restored_delivery_has_all_its_rows(nights: Nights) -> None:
    purged = nights.deliver("workshop", COUNTY, FIRST, [{"workshop_no": "A"}])
    nights.connection.execute("delete from landing.workshop; update ops.delivery set purged_at = now()")
    with connect("wh_loader") as loader, pytest.raises(psycopg.Error, match="2 rows were restored, 1 were landed"):
        loader.execute("select landing.begin_restore(%s)", (purged,))
        for line in (2, 3):
            loader.execute("insert into landing.workshop (delivery_id, line) values (%s, %s)", (purged, line))
        loader.execute("select landing.end_restore(%s)", (purged,))


def test_nothing_is_certified_on_rows_that_were_not_landed(nights: Nights) -> None:
    delivery = nights.deliver("workshop", COUNTY, FIRST, [{"workshop_no": "A"}])
    build = nights.start(FIRST)
    expect(build, "one")
    nights.connection.execute("insert into landing.workshop (delivery_id, line) values (%s, 9)", (delivery,))
    seal(build)
    with connect("wh_gate") as gate, pytest.raises(psycopg.Error, match="2 rows are in landing, 1 were landed"):
        record(gate, build, "one")
        gate.execute("select ops.certify(%s, '{}')", (build,))


# --- the gate -------------------------------------------------------------------------------------------------------


def test_a_gate_decides_on_what_tonight_offers_and_on_nothing_else(nights: Nights) -> None:
    published = nights.deliver("workshop", COUNTY, FIRST, [{"workshop_no": "A"}])
    build = nights.start(FIRST)
    nights.connection.execute(
        "insert into ops.delivery_profile values (%s, 'workshop', %s, %s, '{}')", (published, COUNTY, FIRST)
    )
    nights.publish(build)
    late = nights.deliver("workshop", "532502", SECOND, [{"workshop_no": "B"}])
    build = publication.start_build(SECOND, "second")
    with connect("wh_gate") as gate:
        assert gate.execute("update ops.delivery set status = 'held' where status = 'accepted'").rowcount == 0
        assert gate.execute("delete from ops.delivery_profile").rowcount == 0
        for status in ("withdrawn", "refused"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), gate.transaction():
                gate.execute("update ops.delivery set status = %s where delivery_id = %s", (status, late))
        with pytest.raises(psycopg.errors.InsufficientPrivilege), gate.transaction():
            gate.execute(
                "insert into ops.delivery_profile values (%s, 'workshop', %s, %s, '{}')", (published, COUNTY, FIRST)
            )
    seal(build)
    # What the models have not read cannot be accepted afterwards; it can be held.
    with connect("wh_gate") as gate:
        with pytest.raises(psycopg.errors.InsufficientPrivilege), gate.transaction():
            gate.execute("update ops.delivery set status = 'accepted' where delivery_id = %s", (late,))
        assert gate.execute("update ops.delivery set status = 'held' where build = %s", (build,)).rowcount == 1
    assert nights.rows("select status from ops.delivery order by 1") == [("accepted",), ("held",)]


def test_one_check_does_not_make_a_certificate(nights: Nights) -> None:
    build = nights.start(FIRST)
    expect(build, "one", "another")
    written(build)
    with connect("wh_gate") as gate:
        with pytest.raises(psycopg.Error, match="was not sealed"), gate.transaction():
            gate.execute("select ops.certify(%s, '{}')", (build,))
        for change in ("delete from ops.expected_check", "update ops.expected_check set severity = 'info'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), gate.transaction():
                gate.execute(sql.SQL(change))  # type: ignore[arg-type]
        with pytest.raises(psycopg.errors.InsufficientPrivilege), gate.transaction():
            gate.execute("select ops.expect_checks(%s, '[]')", (build,))
    seal(build)
    with connect("wh_gate") as gate:
        record(gate, build, "one")
        assert gate.execute("select * from ops.certify(%s, '{}')", (build,)).fetchone() == (2, 1, 1)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), gate.transaction():
            gate.execute("update ops.certificate set checks_run = 2, critical_failed = 0")
    with pytest.raises(DatabaseRefusal, match="no complete certificate"):
        publication.publish(build)
    # Nor do results of another transaction count.
    with connect("wh_gate") as gate:
        record(gate, build, "another")
        assert gate.execute("select * from ops.certify(%s, '{}')", (build,)).fetchone() == (2, 1, 1)
        record(gate, build, "one")
        assert gate.execute("select * from ops.certify(%s, '{}')", (build,)).fetchone() == (2, 2, 0)
    assert publication.publish(build) == build


def test_the_severity_of_a_check_is_the_one_that_was_declared(nights: Nights) -> None:
    build = nights.start(FIRST)
    expect(build, "one")
    seal(build)
    with connect("wh_gate") as gate:
        record(gate, build, "one")
        gate.execute(
            "insert into ops.check_result (build, gate, suite, check_name, severity, success)"
            " values (%s, 2, 's', 'one', 'info', false)",
            (build,),
        )
        assert gate.execute("select * from ops.certify(%s, '{}')", (build,)).fetchone() == (1, 1, 1)


def test_without_a_list_of_checks_there_is_no_certificate(nights: Nights) -> None:
    build = nights.start(FIRST)
    seal(build)
    with connect("wh_gate") as gate, pytest.raises(psycopg.Error, match="nobody has recorded which checks"):
        gate.execute("select ops.certify(%s, '{}')", (build,))
    with pytest.raises(psycopg.Error, match="is being checked"):
        expect(build, "one")


def test_a_row_that_the_gate_has_not_committed_stops_publishing_for_a_moment_and_is_named(
    impatient: Nights, open_transactions: Any
) -> None:
    build = impatient.start(FIRST)
    certify(build)
    gate = open_transactions("wh_gate")
    record(gate, build, "late")
    with pytest.raises(DatabaseRefusal, match=rf"wh_gate \(pid {gate.info.backend_pid}\) has not ended"):
        publication.publish(build)
    gate.rollback()
    assert publication.publish(build) == build
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        record(gate, build, "later")


# --- steps that were left out ---------------------------------------------------------------------------------------


def test_a_build_that_has_not_written_every_model_is_not_published(nights: Nights) -> None:
    build = nights.start(FIRST)
    certify(build)
    nights.connection.execute("delete from ops.model_version where model in ('dim_person', 'youth_monitor')")
    with pytest.raises(DatabaseRefusal, match="has not written dim_person, youth_monitor"):
        publication.publish(build)
    for role in ("wh_gate", "wh_publisher"):
        with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select ops.write_version('dim_person')")


def test_a_publication_takes_no_name_as_argument(nights: Nights) -> None:
    build = nights.start(FIRST)
    certify(build, failed=1)
    with connect("wh_publisher") as connection:
        for attempt in ("ops.publish(%s, '', 'abc')", "ops.publish(%s, 'somebody', 'a reason')"):
            with pytest.raises(psycopg.errors.UndefinedFunction), connection.transaction():
                connection.execute(f"select {attempt}", (build,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("select ops.release_night(%s, 'a reason')", (build,))
    with pytest.raises(DatabaseRefusal, match="needs a reason"):
        publication.release_night(build, "")


# --- the catalog ----------------------------------------------------------------------------------------------------

OWNED = """
    select 'function', p.oid::regprocedure::text, p.proowner from pg_proc as p
    union all select 'relation', c.oid::regclass::text, c.relowner from pg_class as c
    where c.relnamespace <> 'pg_toast'::regnamespace
    union all select 'type', t.oid::regtype::text, t.typowner from pg_type as t
    union all select 'operator', o.oid::regoperator::text, o.oprowner from pg_operator as o
    union all select 'operator class', opcname::text, opcowner from pg_opclass
    union all select 'collation', collname::text, collowner from pg_collation
    union all select 'conversion', conname::text, conowner from pg_conversion
    union all select 'schema', nspname::text, nspowner from pg_namespace
    union all select 'event trigger', evtname::text, evtowner from pg_event_trigger
    union all select 'large object', oid::text, lomowner from pg_largeobject_metadata
    union all select 'statistics', stxname::text, stxowner from pg_statistic_ext
"""
# Code that runs by itself when another role reads or writes: of a view, a rule, a policy, a trigger, a default, a
# constraint, an index, a generated column.
RUNS_FOR_OTHERS = """
    select distinct d.classid::regclass::text, p.oid::regprocedure::text
    from pg_depend as d inner join pg_proc as p on d.refclassid = 'pg_proc'::regclass and d.refobjid = p.oid
    where d.classid in (
        'pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_trigger'::regclass, 'pg_attrdef'::regclass,
        'pg_constraint'::regclass, 'pg_class'::regclass
    ) and p.proowner not in ('wh_owner'::regrole, 'postgres'::regrole)
"""


def test_no_role_but_the_owner_owns_anything(nights: Nights) -> None:
    # wh_role_maker owns the functions that make the logins of people, and nothing else.
    foreign = (
        f"select * from ({OWNED}) as o (kind, name, owner) where owner not in ('wh_owner'::regrole, 10)"
        " and not (owner = 'wh_role_maker'::regrole and name ~ '^logins')"
    )
    assert [row for row in nights.rows(foreign) if row[1] != "public"] == []
    assert nights.rows(RUNS_FOR_OTHERS) == []
    # As superuser, only what came with PostgreSQL.
    ours = "^(ops|seeds|landing|vault|tonight|store|build|marts)[.]"
    assert (
        nights.rows(f"select name from ({OWNED}) as o (kind, name, owner) where owner = 10 and name ~ %s", ours) == []
    )


def test_every_function_with_the_rights_of_its_owner_fixes_its_search_path(nights: Nights) -> None:
    found = nights.rows(
        """
        select p.oid::regprocedure::text, p.proconfig from pg_proc as p
        where p.prosecdef and not coalesce('search_path=pg_catalog, pg_temp' = any(p.proconfig), false)
        """
    )
    assert found == []


def test_names_in_pg_temp_mean_nothing_to_functions_of_the_owner(nights: Nights) -> None:
    """What the transformer may make there: tables, types and functions, some with names that those functions use."""
    build = nights.start(FIRST)
    with connect("wh_transformer") as dbt:
        dbt.execute(
            """
            create temp table build (build integer, status text);
            create temp table tonight (build integer);
            create temp table versioned (model text, key text [], scope text [], scope_by text);
            create temp table pg_class (oid oid, relname name, relnamespace oid, relkind "char");
            create function pg_temp.caught() returns text language sql
            as $$ select pg_catalog.set_config('warehouse.caught', current_user, false) $$;
            create domain pg_temp.regclass as text check (pg_temp.caught() = '');
            create domain pg_temp.integer as text check (pg_temp.caught() = '');
            create function pg_temp.format(text, text) returns text language sql as $$ select pg_temp.caught() $$;
            create function pg_temp.count() returns text language sql as $$ select pg_temp.caught() $$;
            """
        )
        write(dbt, 20)
        dbt.execute("select ops.record_rules('x')")
        assert dbt.execute("select current_setting('warehouse.caught', true)").fetchone() == (None,)
    assert nights.rows("select build, model from ops.model_version") == [(build, "dim_workshop")]


@pytest.mark.parametrize(
    "path", ["returns/2024-05-18/532528.xlsx", "reports/../returns/2024-05-18/532528.xlsx", "reports/weekly-1.html"]
)
def test_a_publisher_cannot_have_another_file_served_as_a_report(nights: Nights, path: str) -> None:
    build = nights.publish(nights.start("2024-05-18"))
    with connect("wh_publisher") as publisher, pytest.raises(psycopg.errors.CheckViolation):
        publisher.execute(
            "insert into ops.product (product, report_date, publication, vintage, path)"
            " values ('daily', '2024-05-18', %s, 'flash', %s)",
            (build, path),
        )
