"""A reader cannot stop the night: what each login may hold, and a publication beside readers who try to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date

import psycopg
import pytest
from tests.kit.nights import Nights, certify

from employment_warehouse import publication
from employment_warehouse.database import connect
from employment_warehouse.database.connections import address
from employment_warehouse.database.program_logins import LOGINS, verifier

pytestmark = pytest.mark.quick
READERS = ["wh_analyst", "wh_auditor", "county_532528", "caseworker_532528"]


def reader(role: str) -> psycopg.Connection:
    """A reader who has switched off what a login can switch off itself."""
    connection = connect(role)
    connection.autocommit = True
    for setting in ("statement_timeout", "transaction_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(f"set {setting} = 0")  # type: ignore[arg-type]
    connection.execute("set default_transaction_read_only = off")
    connection.execute("set default_transaction_isolation = 'read committed'")
    return connection


@pytest.mark.parametrize("role", READERS)
def test_statements_that_would_disturb_others_are_refused(warehouse: psycopg.Connection, role: str) -> None:
    functions = warehouse.execute(
        """
        select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace = 'pg_catalog'::regnamespace
            and p.proname ~ '^(lo_|lo(read|write)|pg_(try_)?advisory|pg_logical_emit|pg_notify)'
        """
    ).fetchall()
    assert len(functions) > 40
    with connect("wh_reporter") as program, reader(role) as connection:
        assert program.execute("select 1").fetchone() == (1,)
        allowed = connection.execute(
            "select f from unnest(%s::text[]) as f where has_function_privilege(f, 'execute')",
            ([name for (name,) in functions],),
        ).fetchall()
        assert allowed == []
        for attempt in (
            "select pg_advisory_lock(hashtext('ops.build'))",
            "select pg_try_advisory_lock_shared(1, 2)",
            "select lo_from_bytea(0, 'x')",
            "select pg_notify('any', 'x')",
            "select pg_logical_emit_message(false, 'x', 'x')",
            "create temporary table mine (line integer)",
            "create table mine (line integer)",
            "lock table marts.publications in share mode",
            "lock table ops.build in share mode",
            "alter role current_user connection limit 100",
            "set temp_file_limit = -1",
            "alter role current_user set temp_file_limit = -1",
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'wh_reporter'",
            "select ops.end_overlong_sessions()",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(attempt)  # type: ignore[arg-type]


def test_a_login_has_few_connections_and_the_last_ones_are_for_programs(warehouse: psycopg.Connection) -> None:
    with ExitStack() as opened:
        for _ in range(4):
            opened.enter_context(reader("wh_analyst"))
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            reader("wh_analyst")
    [counties] = warehouse.execute("select ops.county_codes()").fetchone() or ([],)
    roles = [*READERS[:2], *(f"{kind}_{code}" for code in counties for kind in ("county", "caseworker"))]
    wanted = [role for role in roles for _ in range(4)]
    assert len(wanted) > 107
    with ExitStack() as opened:
        with pytest.raises(psycopg.OperationalError, match="reserved"):
            for role in wanted:
                opened.enter_context(reader(role))
        for role in LOGINS * 5:
            opened.enter_context(connect(role))


@pytest.mark.parametrize(
    ("role", "act"),
    [
        ("county_532528", "ops.take_workbook(date '2024-05-01' + n)"),
        ("wh_analyst", "ops.set_password('analyst_of_tests', (select verifier))"),
    ],
)
def test_a_login_records_so_many_acts_a_day(warehouse: psycopg.Connection, role: str, act: str) -> None:
    """Nobody can delete them, and the record of every publication has them all."""
    warehouse.execute("update seeds.setting set value = '30' where name = 'act_daily_limit'")
    question = f"select {act} from generate_series(1, %s) as n, (values (%s)) as v (verifier)"
    with reader(role) as connection:
        kept = verifier(connection, address(role).user, address(role).password)
        connection.execute(question, (29, kept))  # type: ignore[arg-type]
        for _ in range(2):
            with pytest.raises(psycopg.Error, match="limit of a day"):
                connection.execute(question, (2, kept))  # type: ignore[arg-type]
    assert warehouse.execute("select count(*) from ops.act").fetchone() == (29,)


@pytest.mark.parametrize("role", ["wh_analyst", "county_532528"])
def test_temporary_files_are_limited(warehouse: psycopg.Connection, role: str) -> None:
    with reader(role) as connection, pytest.raises(psycopg.errors.ConfigurationLimitExceeded, match="temp_file_limit"):
        connection.execute("set work_mem = '64kB'")
        connection.execute(
            "select count(*) from (select repeat('x', 1000) || n from generate_series(1, 1200000) as n order by 1)"
        )


def test_the_queue_of_messages_cannot_be_filled(warehouse: psycopg.Connection) -> None:
    """It is half a megabyte, and nothing of the warehouse uses it."""
    with reader("wh_analyst") as listener, reader("county_532528") as sender:
        listener.execute("listen chat")
        listener.execute("begin; select 1")
        with pytest.raises(psycopg.errors.ProgramLimitExceeded):
            for _ in range(2_000):
                sender.execute("notify chat, '" + "x" * 7_900 + "'")  # type: ignore[arg-type]


@pytest.fixture
def long_transactions(nights: Nights) -> Iterator[list[psycopg.Connection]]:
    """Readers who keep a transaction open, at rest or busy, and hold locks on what they read."""
    with ExitStack() as opened:
        found = [opened.enter_context(reader(role)) for role in ("wh_analyst", "county_532528")]
        for connection in found:
            connection.execute("begin; select count(*) from marts.dim_workshop")
        yield found


def ends(connection: psycopg.Connection) -> bool:
    try:
        connection.execute("select 1")
    except psycopg.OperationalError:
        return True
    return False


def allow_minutes(nights: Nights, minutes: float) -> None:
    nights.connection.execute(
        "update seeds.setting set value = %s where name = 'reader_transaction_minutes'", (str(minutes),)
    )


def test_a_night_is_published_while_readers_hold_transactions(
    nights: Nights, long_transactions: list[psycopg.Connection]
) -> None:
    nights.deliver("workshop", "532501", date(2024, 5, 18))
    build = publication.start_build(date(2024, 5, 18), "first")
    certify(build)
    assert publication.publish(build) == build


def test_transactions_that_last_too_long_are_ended(nights: Nights, long_transactions: list[psycopg.Connection]) -> None:
    """By the steps of a night, and by `warehouse watch`; a program's are not."""
    with connect("wh_gate") as program, reader("wh_auditor") as resting:
        program.execute("select 1")
        publication.end_overlong_sessions()
        assert not any(map(ends, long_transactions))
        allow_minutes(nights, 0)
        assert publication.end_overlong_sessions() == 2
        assert all(map(ends, long_transactions))
        assert not ends(program)
        assert not ends(resting), "without a transaction it holds nothing"
