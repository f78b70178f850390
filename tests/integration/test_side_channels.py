"""What a county could learn, or stop, by what a function of the owner does inside: plans, pages, errors and locks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.kit.nights import Nights, insert, publish, start_build

from employment_warehouse.database import connect

pytestmark = pytest.mark.quick
OWN, FOREIGN = "532501", "532528"
TOUCHED = "explain (analyze, buffers, timing off, summary off) {}"


@pytest.fixture
def persons(nights: Nights) -> dict[str, UUID]:
    """County → somebody registered there by the standing publication, among others."""
    build = start_build("2024-05-18")
    rows = [
        {"person_key": uuid4(), "county_code": county, "valid_from": "2024-05-01", "from_build": build}
        for county in (OWN, FOREIGN)
        for _ in range(300)
    ]
    insert(nights.connection, "store", "dim_person", rows)
    nights.connection.execute("select ops.index_store('dim_person')")
    publish(build)
    return {str(row["county_code"]): UUID(str(row["person_key"])) for row in rows}


@pytest.fixture
def case_worker(nights: Nights) -> Iterator[psycopg.Connection]:
    """One who has switched on what shows how statements are carried out."""
    with connect(f"caseworker_{OWN}") as connection:
        connection.autocommit = True
        connection.execute("set default_transaction_isolation = 'read committed'")
        yield connection


def touched(reader: psycopg.Connection, statement: str) -> list[str]:
    """The plan with the pages that were read; an attempt leaves nothing."""
    plans: list[list[str]] = []
    for _ in range(8):  # until caches are filled, and plans no longer made again
        with reader.transaction(force_rollback=True):
            rows = reader.execute(TOUCHED.format(statement).encode()).fetchall()
        plans.append([re.sub("[0-9a-f-]{36}", "?", row[0]) for row in rows])
    return plans[-1]


def test_a_reveal_reads_as_much_for_a_person_of_another_county_as_for_nobody(
    nights: Nights, persons: dict[str, UUID], case_worker: psycopg.Connection
) -> None:
    """Above the daily limit, where a question leaves no record whose pages would count too."""
    nights.connection.execute("update seeds.setting set value = '0' where name = 'reveal_daily_limit'")
    case_worker.execute("select * from vault.reveal(%s, 'home visit')", (uuid4(),))
    plans = [
        touched(case_worker, f"select * from vault.reveal('{person}', 'home visit')")
        for person in (persons[FOREIGN], uuid4())
    ]
    assert "Buffers: shared hit=" in str(plans[0])
    assert plans[0] == plans[1]


def test_a_delivery_of_another_county_is_refused_like_one_that_does_not_exist(
    nights: Nights, case_worker: psycopg.Connection
) -> None:
    foreign = nights.deliver("workshop", FOREIGN, date(2024, 5, 18))
    answers = set()
    for number in (foreign, foreign + 1000):
        with pytest.raises(psycopg.Error, match="not of your county") as refused:
            case_worker.execute("select * from ops.rejected_lines(%s)", (number,))
        answers.add(str(refused.value))
    assert len(answers) == 1


def test_checks_of_other_counties_are_not_read(nights: Nights, case_worker: psycopg.Connection) -> None:
    build = nights.start(date(2024, 5, 18))

    def check(county: str, times: int) -> None:
        nights.connection.execute(
            "insert into ops.check_result (build, gate, suite, check_name, unit, severity, success)"
            " select %s, 2, 's', 'c' || n, %s, 'info', true from generate_series(1, %s) as n",
            (build, county, times),
        )
        nights.connection.execute("analyze ops.check_result")

    def pages() -> int:
        return max(map(int, re.findall(r"hit=(\d+)", str(touched(case_worker, "select * from marts.data_quality")))))

    check(OWN, 3)
    nights.publish(build)
    before = pages()
    check(FOREIGN, 5_000)
    assert pages() <= before + 5, "the index has become a level or two higher"
    assert len(case_worker.execute("select from marts.data_quality").fetchall()) == 3


def test_an_explanation_does_not_tell_of_a_case_that_rests_on_what_another_county_reported(
    nights: Nights, case_worker: psycopg.Connection
) -> None:
    """The household has a person whom another county lists too: its case is hidden, open or not, pinned or not."""
    build = start_build("2024-05-18")
    home = {"county_code": OWN, "valid_from": "2024-05-01", "from_build": build}
    persons = [
        {"person_key": uuid4(), "household_no": "H-claimed", "also_listed_in": FOREIGN} | home,
        {"person_key": uuid4(), "household_no": "H-own"} | home,
    ]
    insert(nights.connection, "store", "dim_person", persons)
    case = {"case_kind": "return_risk", "finding": "return_risk", "unit_to_act_zh": "县（市）人社局", "lines": 1}
    case |= {"unit_to_act_en": "county bureau", "opened_on": "2024-05-02", "county_code": OWN, "from_build": build}
    cases = [case | {"case_key": f"{OWN}·{household}"} for household in ("H-claimed", "H-own")]
    insert(nights.connection, "store", "finding_case", cases)
    number = publish(build)

    def explain(household: str) -> None:
        with case_worker.transaction(force_rollback=True):
            case_worker.execute(
                "select ops.explain_case('return_risk', 'return_risk', %s, 'known since Monday')",
                (f"{OWN}·{household}",),
            )

    explain("H-own")
    case_worker.execute("select marts.pin(%s)", (number,))
    explain("H-own")
    for household in ("H-claimed", "H-unknown"):
        with pytest.raises(psycopg.Error, match="no such open case"):
            explain(household)
    assert case_worker.execute("select current_setting('warehouse.publication')").fetchone() == (str(number),)


def test_what_a_function_of_the_owner_does_is_not_printed(
    persons: dict[str, UUID], case_worker: psycopg.Connection
) -> None:
    printed: list[str] = []
    case_worker.add_notice_handler(lambda notice: printed.append(notice.message_detail or notice.message_primary or ""))
    for setting in ("debug_print_plan", "debug_print_rewritten", "trace_sort"):
        case_worker.execute(f"set {setting} = on".encode())
    case_worker.execute("set client_min_messages = 'debug1'")
    for statement in (
        "select count(*) from marts.dim_person",
        f"select outcome from vault.reveal('{persons[FOREIGN]}', 'home visit')",
        "select count(*) from ops.county_deliveries()",
    ):
        printed.clear()
        case_worker.execute(statement.encode())
        assert "FUNCTIONSCAN" in str(printed), "the plan of the statement itself"
        assert not re.search("SEQSCAN|INDEX(ONLY)?SCAN|BITMAP", str(printed)), f"{statement}: of no table"


def test_every_function_of_the_owner_that_people_call_keeps_its_messages(nights: Nights) -> None:
    found = nights.rows(
        """
        select p.oid::regprocedure::text from pg_proc as p
        where p.prosecdef and not 'client_min_messages=error' = any(p.proconfig) and (
            has_function_privilege('wh_reader', p.oid, 'execute')
            or has_function_privilege('wh_county', p.oid, 'execute')
            or has_function_privilege('wh_caseworker', p.oid, 'execute')
        )
        """
    )
    assert found == []


def test_an_erasure_does_not_wait_for_a_case_worker_who_does_not_commit(
    nights: Nights, persons: dict[str, UUID], case_worker: psycopg.Connection
) -> None:
    person = persons[OWN]
    shown = f"select outcome from vault.reveal('{person}', 'home visit')"
    nights.connection.execute("insert into vault.person values (%s, 1, %s, 'x')", (person, OWN))
    assert case_worker.execute(shown.encode()).fetchone() == ("recorded",)
    nights.connection.execute(
        "insert into vault.erasure (marks, person_key, key_version, sealed) values ('{}', %s, 1, 'x')", (person,)
    )
    nights.connection.execute("set lock_timeout = '2s'")
    with case_worker.transaction():
        case_worker.execute(shown.replace("home", "second").encode())
        nights.connection.execute("select vault.complete_erasure(max(erasure), '{}', '{}') from vault.erasure")
        nights.connection.execute("select ops.record_act('hold_night', 'an act of the night', null)")
    subjects = [subject for (subject,) in nights.rows("select subject from ops.act where kind = 'reveal' order by act")]
    assert re.fullmatch(r"person of erasure \d+", subjects[0])
    with pytest.raises(psycopg.Error, match="only ever added"):
        nights.connection.execute("update ops.act set subject = 'person of erasure 1'")
