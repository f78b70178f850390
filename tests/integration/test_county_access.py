"""What one county can find out of another: the ways of `access_matrix.yaml`, by signing in as each county."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql
from tests.conftest import fresh_warehouse
from tests.kit.stages import COUNTIES, KINDS, MODELS, ROWS, Stages

from employment_warehouse.database import connect
from employment_warehouse.database.embedded import Server

MATRIX = yaml.safe_load(Path(__file__).with_name("access_matrix.yaml").read_text("utf-8"))
MART = "fct_person_state"


@pytest.fixture(scope="module")
def stages(warehouse_server: Server) -> Iterator[Stages]:
    with pytest.MonkeyPatch.context() as patch, fresh_warehouse(warehouse_server, patch) as superuser:
        stages = Stages(superuser)
        stages.go_to("first")
        yield stages


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest, stages: Stages) -> str:
    """Each kind of build, in order."""
    stages.go_to(request.param)
    return str(request.param)


def sign_in(county: str, kind: str = "county") -> psycopg.Connection:
    """As a login of one county."""
    reader = connect(f"{kind}_{county}")
    reader.execute("set default_transaction_read_only = off")  # as an attacker would
    reader.commit()
    return reader


def counties_in(text: str) -> set[str]:
    return set(re.findall(r"\b5325\d\d\b", text))


def run(reader: psycopg.Connection, statements: str) -> list[tuple[Any, ...]]:
    """The rows of the last of the statements, in a transaction that leaves nothing; a copy's lines as rows."""
    *before, last = statements.split("; ")
    try:
        with reader.cursor() as cursor:
            for statement in before:
                cursor.execute(statement.encode())
            if last.startswith("copy ") and last.endswith("stdout"):
                with cursor.copy(last.encode()) as lines:
                    return [(bytes(line).decode(),) for line in lines]
            cursor.execute(last.encode())
            return cursor.fetchall() if cursor.description else []
    finally:
        reader.rollback()
        reader.execute("deallocate all")
        reader.rollback()


def differences(reader: psycopg.Connection, way: str, true: str, false: str, **given: Any) -> list[str]:
    """Where the answers to two questions differ, but for the questions themselves; [] if they do not each time."""
    seen: list[str] = []
    for _ in range(3):  # a cache that fills, or a table that is being vacuumed, differs once
        answers = []
        for question in (true, false):
            rows = run(reader, way.format(question=question, **given))
            answers.append([str(row).replace(question.split(" = ")[1].strip("'"), "?") for row in rows])
        seen = [f"{a} | {b}" for a, b in zip(*answers, strict=False) if a != b]
        if len(answers[0]) != len(answers[1]):
            seen.append(f"{len(answers[0])} | {len(answers[1])} rows")
        if not seen:
            return []
    return seen


def refusal(reader: psycopg.Connection, way: str) -> str:
    """'' if the way is refused, else what it gave."""
    try:
        return str(run(reader, way))
    except psycopg.Error:
        return ""


def question_of(superuser: psycopg.Connection, foreign: str) -> tuple[str, str]:
    """True of one row of a foreign county, and of no row."""
    row = superuser.execute("select person_key from store.fct_person_state where county_code = %s", (foreign,))
    return f"person_key = '{row.fetchone()[0]}'", "person_key = '00000000-1111-2222-3333-444444444444'"  # type: ignore[index]


def attack(stages: Stages, county: str, foreign: str, reader: psycopg.Connection) -> list[tuple[str, ...]]:
    """Every way from one county to another that revealed something."""
    true, false = question_of(stages.superuser, foreign)
    given = {"mart": MART, "foreign": foreign, "earlier": stages.earlier, "hidden": stages.hidden or 999}
    ways = MATRIX["ways"]
    found: dict[str, str] = {}
    for name, way in ways["own_rows"].items():
        rows = str(run(reader, way.format(**given)))
        found[name] = "" if counties_in(rows) == {county} else rows
    for name, way in ways["nothing"].items():
        rows = str(run(reader, way.format(question=true, **given)))
        found[name] = "" if rows == "[]" else rows
    for name, way in ways["refused"].items():
        found[name] = refusal(reader, way.format(**given))
    for name, way in ways["same"].items():
        found[name] = str(differences(reader, way, true, false, **given) or "")
    return [(county, foreign, name, leak) for name, leak in found.items() if leak]


def others_than(county: str) -> list[str]:
    """The other counties, the next one first."""
    place = COUNTIES.index(county)
    return [*COUNTIES[place + 1 :], *COUNTIES[:place]]


def test_the_matrix_has_the_counties_and_speaks_of_every_mart(stages: Stages) -> None:
    assert stages.superuser.execute("select ops.county_codes()").fetchone() == (COUNTIES,)
    named = {name for names in MATRIX["marts"].values() for name in names}
    views = {name for (name,) in stages.superuser.execute("select viewname from pg_views where schemaname = 'marts'")}
    assert named <= views
    assert sum(len(ways) for ways in MATRIX["ways"].values()) >= 80


@pytest.mark.usefixtures("kind")
def test_a_county_sees_only_its_own_rows_of_every_mart() -> None:
    wanted = {model.name: ROWS for model in MODELS} | {"data_quality": ROWS}
    wanted |= {name: ROWS * 14 for name in MATRIX["marts"]["everyone"] if name != "publications"}
    wanted |= dict.fromkeys(MATRIX["marts"]["no_county"], 0)
    wanted["dim_employer"] = 1 + 14  # without a credit code its own; with one, those of all
    union = sql.SQL(" union all ").join(
        sql.SQL("select {}, m::text from {} as m").format(sql.Literal(name), sql.Identifier("marts", name))
        for name in wanted
    )
    for county in COUNTIES:
        with sign_in(county) as reader:
            rows = reader.execute(union).fetchall()
        seen = dict.fromkeys(wanted, 0)
        foreign = set()
        for name, text in rows:
            seen[name] += 1
            if name not in MATRIX["marts"]["everyone"] and "-uscc" not in text and counties_in(text) != {county}:
                foreign.add((name, text))
        assert foreign == set()
        assert seen == wanted


def test_a_county_cannot_observe_another(stages: Stages, kind: str) -> None:
    """After an ordinary build all 13 × 12 pairs; else each county against one."""
    leaks = []
    for county in COUNTIES:
        with sign_in(county) as reader:
            for foreign in others_than(county)[: None if kind == "ordinary" else 1]:
                leaks += attack(stages, county, foreign, reader)
    assert leaks == []


def test_a_case_worker_sees_no_more_than_the_county(stages: Stages) -> None:
    with sign_in(COUNTIES[0], "caseworker") as reader:
        assert attack(stages, COUNTIES[0], COUNTIES[1], reader) == []


def test_counters_do_not_differ_where_they_can_be_read(stages: Stages) -> None:
    """They are closed; should a version of PostgreSQL open one, it reveals nothing either."""
    opened = "format('%s on function %s {} wh_reader', '{}', p.oid::regprocedure)"
    execute_all = "do $$ declare s text; begin for s in select {} from pg_proc as p where proname ~ '^pg_stat_get_xact'"
    execute_all += " loop execute s; end loop; end $$"
    stages.superuser.execute(execute_all.format(opened.format("to", "grant execute")).encode())
    try:
        with sign_in(COUNTIES[0]) as reader:
            for foreign in COUNTIES[1:]:
                questions = question_of(stages.superuser, foreign)
                for name, counters in MATRIX["ways"]["same_if_open"].items():
                    true, false = (added(reader, counters, question) for question in questions)
                    assert true, name
                    assert true == false, name
    finally:
        stages.superuser.execute(execute_all.format(opened.format("from", "revoke execute")).encode())


def test_no_column_of_any_mart_answers_a_question_about_a_foreign_row(stages: Stages) -> None:
    """By plans, estimates, rows and buffers; the columns of each mart with each pair of neighbours in turn."""
    leaks = []
    way = MATRIX["ways"]["same"]["analyze"]
    for place, model in enumerate(MODELS):
        if model.for_everyone or model.name == "dim_employer":
            continue
        county, foreign = COUNTIES[place % 13], COUNTIES[(place + 1) % 13]
        with sign_in(county) as reader:
            for column in model.columns:
                if column.hidden or column.data_type not in ("text", "uuid", "date", "timestamptz"):
                    continue
                place_of = "county_code" if any(c.name == "county_code" for c in model.columns) else column.name
                of_foreign = f"from store.{model.name} where {place_of}::text ~ '^{foreign}'"
                row = stages.superuser.execute(f"select max({column.name}::text) {of_foreign}".encode()).fetchone()
                if row is None or row[0] is None:
                    continue
                true, false = (f"{column.name} = '{value}'" for value in (row[0], absent(row[0], column.data_type)))
                if found := differences(reader, way, true, false, mart=model.name):
                    leaks.append((model.name, column.name, found))
    assert leaks == []


def added(reader: psycopg.Connection, counters: str, question: str) -> list[tuple[Any, ...]]:
    """What a question adds to the counters of the session."""
    ask = f"select * from marts.{MART} where {question}"
    for _ in range(10):  # until nothing is looked up for the first time, and functions keep their plans
        reader.execute(ask.encode())
    before = {row[0]: row[1:] for row in reader.execute(counters.encode())}
    reader.execute(ask.encode())
    after = {row[0]: row[1:] for row in reader.execute(counters.encode())}
    reader.rollback()
    gained = ((name, *(n - o for n, o in zip(after[name], before[name], strict=True))) for name in after)
    return [row for row in gained if any(row[1:])]


def absent(value: str, data_type: str) -> str:
    """A value of the type that no row has, of equal length."""
    if data_type == "text":
        return value.replace("5325", "9925")
    if data_type == "uuid":
        return "00000000-1111-2222-3333-444444444444"
    return "2049" + value[4:]


def personal(role: str) -> tuple[set[str], set[str]]:
    """Everything that a login can read outside the catalog: the relations with a token, or another value by which a
    person or household is known, and all that have rows."""
    names = {name for model in MODELS for name in model.personal_columns()}
    known = re.compile(rf"[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-|-(?:{'|'.join(sorted(names))})-|{{\"county\"")
    found, full = set(), set()
    with connect(role) as reader:
        readable = reader.execute(
            """
            select format('%I.%I', n.nspname, c.relname),
                (select string_agg(format('%I::text', a.attname), ', ') from pg_attribute as a
                    where a.attrelid = c.oid and a.attnum > 0 and has_column_privilege(c.oid, a.attnum, 'select'))
            from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
            where n.nspname !~ '^(pg_|information_schema)' and c.relkind in ('r', 'v')
                and has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select')
            order by 1
            """
        ).fetchall()
        for relation, columns in readable:
            rows = reader.execute(f"select concat_ws('|', {columns}) from {relation}".encode()).fetchall()
            full |= {relation} if rows else set()
            found |= {relation} if any(known.search(row) for (row,) in rows) else set()
    return found, full


def test_an_auditor_reads_figures_and_the_ledger_and_no_row_of_a_person(stages: Stages) -> None:
    found, full = personal("wh_auditor")
    assert found == set()
    figures = {f"marts.{model.name}" for model in MODELS if model.sensitivity == "L1"}
    assert figures | {"marts.publications", "ops.publication", "ops.certificate", "ops.check_result"} <= full
    # The search finds them where they are.
    persons = {f"marts.{model.name}" for model in MODELS if model.sensitivity == "L2"}
    assert persons <= personal("wh_analyst")[0]


def test_the_matrix_finds_what_views_with_a_condition_on_the_county_let_through(stages: Stages) -> None:
    """The views of before: one security barrier, the condition on the county in it."""
    columns = ", ".join(column.name for column in next(m for m in MODELS if m.name == MART).columns)
    stages.superuser.execute(
        f"""
        drop view marts.person_today; drop view marts.{MART};
        create view marts.{MART} with (security_barrier) as
        select report_date, {columns}
        from (
            select
                stored.*,
                (select shown.report_date from ops.visible_publication() as shown) as report_date,
                (select shown.publication from ops.visible_publication() as shown) as publication
            from store.{MART} as stored
        ) as known
        where from_build <= publication and (to_build is null or publication < to_build)
            and (
                (select ops.counties_of(current_user)) is null
                or county_code = any((select ops.counties_of(current_user))::text [])
            );
        create view marts.person_today as select * from marts.{MART};
        alter view marts.{MART} owner to wh_owner;
        alter view marts.person_today owner to wh_owner;
        grant select on marts.{MART}, marts.person_today to wh_reader;
        """.encode()
    )
    with sign_in(COUNTIES[0]) as reader:
        found = {name for *_, name, _ in attack(stages, COUNTIES[0], COUNTIES[1], reader)}
    assert found >= {"analyze", "count_analyze", "today_analyze", "exists_analyze"}
