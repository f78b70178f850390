"""Acts: who decided what and why, under the login of the session, in a table that nobody changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from psycopg import sql
from tests.kit.nights import Nights, certify

from employment_warehouse import database, publication
from employment_warehouse.database import DatabaseRefusal
from employment_warehouse.database.program_logins import LOGINS

pytestmark = pytest.mark.quick

FIRST, SECOND = date(2024, 5, 18), date(2024, 5, 19)
OPERATOR, PASSWORD = "an_operator", "a password of tests"


@pytest.fixture
def operator(nights: Nights) -> Iterator[psycopg.Connection]:
    """The connection of somebody who signs in under a name of his own, a member of wh_operator."""
    superuser = nights.connection
    superuser.execute(f"create role {OPERATOR} login password '{PASSWORD}' in role wh_operator")
    try:
        info = superuser.info
        with psycopg.connect(
            host=info.host, port=info.port, dbname=info.dbname, user=OPERATOR, password=PASSWORD, autocommit=True
        ) as connection:
            yield connection
    finally:
        superuser.execute(f"drop role {OPERATOR}")


def acts(nights: Nights) -> list[tuple[str, str, str | None, int | None, int | None]]:
    return nights.rows("select login, kind, reason, build, delivery_id from ops.act order by act")


def hold(nights: Nights, build: int) -> None:
    nights.connection.execute("update ops.delivery set status = 'held' where build = %s", (build,))


def test_every_decision_is_recorded_under_its_login(nights: Nights, operator: psycopg.Connection) -> None:
    delivery = nights.deliver("workshop", "532501", FIRST)
    build = publication.start_build(FIRST, "first")
    hold(nights, build)
    certify(build, failed=1)
    with pytest.raises(DatabaseRefusal):
        publication.publish_or_hold(build)
    nights.connection.execute(
        "insert into ops.check_result (build, gate, suite, check_name, unit, severity, success)"
        " values (%s, 1, 'workshop', 'volume.ratio', '532501', 'critical', false)",
        (build,),
    )
    for act in (
        f"ops.release_night({build}, 'the festival')",
        f"ops.release_delivery({delivery}, 'so it is')",
        f"ops.roll_back({build}, '{{}}', 'wrong month')",
        "ops.grant_waiver('volume.ratio', '532501', '2024-05-18', '2024-05-19', 'a campaign')",
        "ops.decide_rule('account_shared', '2024-05-19', true, 'letter 12 of 2024')",
        "ops.begin_nights('2024-05-19')",
    ):
        operator.execute(f"select {act}")
    (held, *decided) = acts(nights)
    assert held[:2] == ("wh_publisher", "hold_night")
    assert decided == [
        (OPERATOR, "release_night", "the festival", build, None),
        (OPERATOR, "release_delivery", "so it is", None, delivery),
        (OPERATOR, "roll_back", "wrong month", build, None),
        (OPERATOR, "grant_waiver", "a campaign", None, None),
        (OPERATOR, "decide_rule", "letter 12 of 2024", None, None),
        (OPERATOR, "begin_nights", None, None, None),
    ]
    for table, column in (
        ("publication", "released_by"),
        ("publication", "rolled_back_by"),
        ("waiver", "granted_by"),
        ("rule_decision", "decided_by"),
        ("schedule_begin", "operator"),
    ):
        assert set(nights.rows(f"select {column} from ops.{table}")) == {(OPERATOR,)}, f"{table}.{column}"


def test_a_hold_that_is_repeated_is_recorded_once(nights: Nights) -> None:
    build = publication.start_build(FIRST, "first")
    certify(build, failed=1)
    for _ in range(2):
        with pytest.raises(DatabaseRefusal):
            publication.publish_or_hold(build)
    assert [act[1] for act in acts(nights)] == ["hold_night"]


def test_a_refused_decision_leaves_no_act(nights: Nights, operator: psycopg.Connection) -> None:
    with pytest.raises(psycopg.Error, match="does not exist"):
        operator.execute("select ops.roll_back(7, '{}', 'wrong month')")
    assert acts(nights) == []


@pytest.mark.parametrize(
    "number",
    [
        "53250119900101123X",
        "１３８１２３４５６７８",
        "138-1234-5678",
        "6222 0212 3456 7890 123",
        "532501 19900101 1234",
    ],
)
def test_a_reason_that_quotes_a_personal_number_is_refused(nights: Nights, number: str) -> None:
    with pytest.raises(DatabaseRefusal, match="must not quote") as refused:
        publication.decide_rule("account_shared", FIRST, enabled=True, legal_basis=f"asked by {number}")
    assert number not in str(refused.value)
    assert nights.rows("select from ops.rule_decision") == []
    publication.decide_rule("account_shared", FIRST, enabled=True, legal_basis="letter of 2024-05-18, delivery 123456")


@pytest.mark.parametrize(
    "statement", ["update ops.act set reason = 'other'", "delete from ops.act", "truncate ops.act"]
)
def test_acts_cannot_be_changed(nights: Nights, statement: str) -> None:
    """Roles have no right to; the owner and the superuser meet a trigger, also while they replicate."""
    publication.begin_nights(FIRST)
    for role in LOGINS:
        with database.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("set transaction read write")
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]
    for given in ("set role wh_owner", "reset role", "set session_replication_role = replica"):
        nights.connection.execute(sql.SQL(given))  # type: ignore[arg-type]
        with pytest.raises(psycopg.Error, match="only ever added"):
            nights.connection.execute(sql.SQL(statement))  # type: ignore[arg-type]
    assert [act[1] for act in acts(nights)] == ["begin_nights"]


@pytest.mark.parametrize("role", [*LOGINS, OPERATOR])
def test_an_act_that_was_not_done_cannot_be_recorded(nights: Nights, operator: psycopg.Connection, role: str) -> None:
    with operator if role == OPERATOR else database.connect(role) as connection:
        connection.execute("set session characteristics as transaction read write")
        connection.commit()
        for forged in (
            "insert into ops.act (login, kind, subject) values ('somebody', 'roll_back', 'publication 1')",
            "select ops.record_act('roll_back', 'publication 1', 'a reason')",
            "select ops.move_pointer(1, 'a reason')",
            "update ops.alert set acknowledged_at = now(), acknowledged_by = 'somebody'",
            "insert into ops.alert (level, kind, title, body, acknowledged_at, acknowledged_by)"
            " values ('critical', 'night_held', 'a', 'b', now(), 'somebody')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(sql.SQL(forged))  # type: ignore[arg-type]
    assert acts(nights) == []
