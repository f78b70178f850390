"""A night of a made-up prefecture with two counties: its codes come from the operator's seed `division` alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from tests.kit.files import arrivals, put, rows_of
from tests.kit.nights import publish, start_build
from tests.kit.people import with_check_digit
from tests.kit.process import run_warehouse
from tests.kit.server import running_server
from tests.kit.texts import tables_text, text_of

from employment_warehouse import gate, landing, returns, transform
from employment_warehouse.database import connect
from employment_warehouse.settings import Home, project_root

NIGHT, NEXT = date(2024, 5, 20), date(2024, 5, 21)
PREFECTURE, NEAR, FAR = "616200", "616201", "616202"
DIVISIONS = f"""\
division_code,level,parent_code,name_zh,name_en,key_county_level,is_verified,short_name_zh
440000,province,,广东省,Guangdong,,true,
610000,province,,陕西省,Shaanxi,,true,
{PREFECTURE},prefecture,610000,某州,A Prefecture,,true,
{NEAR},county,{PREFECTURE},近某族自治县,Near,,true,近县
{FAR},county,{PREFECTURE},远县,Far,national,false,
"""
TARGETS = (
    "county_code,target_code,valid_from,target_value,baseline_value,baseline_on,deadline,is_demonstration,"
    "note_zh,note_en\n"
) + "".join(
    f"{code},{target},2024-01-01,10,,,2024-12-31,true,某,some\n"
    for code in (PREFECTURE, NEAR, FAR)
    for target in ("rural_employed", "poverty_alleviated_employed", "zero_employment_relocated_households")
)


@pytest.fixture
def home(fresh_home: Home) -> Home:
    (fresh_home.seeds / "division.csv").write_text(DIVISIONS, encoding="utf-8")
    (fresh_home.seeds / "target.csv").write_text(TARGETS, encoding="utf-8")
    return fresh_home


@pytest.fixture
def superuser(home: Home) -> Iterator[psycopg.Connection]:
    """A server of its own: logins of counties belong to the whole server."""
    options = {"fsync": "off", "synchronous_commit": "off"}
    with running_server(home, options) as server, server.connect_superuser() as connection:
        connection.autocommit = True
        yield connection


def person(serial: int) -> str:
    return with_check_digit(f"61620119800101{serial:03d}")


def at_home(county: str, serial: int) -> dict[str, str]:
    place = {"county_code": county, "township_code": f"{county}101", "village_code": f"{county}101201"}
    return place | {"id_number": person(serial), "household_no": f"H{serial}", "in_school": "否", "is_relocated": "否"}


def at_work(serial: int, place: str) -> dict[str, str]:
    return {"id_number": person(serial), "work_division_code": place, "channel": "企业就业", "updated_on": "2024-05-18"}


def test_nights_of_another_prefecture_and_an_erasure_between_them(
    superuser: psycopg.Connection, home: Home, zone: Path
) -> None:
    registers = {
        NEAR: rows_of("labor_register", at_home(NEAR, 1), at_home(NEAR, 2) | {"county_code": "近县"}, at_home(NEAR, 3)),
        FAR: rows_of("labor_register", at_home(FAR, 4), at_home(FAR, 5) | {"township_code": "616209101"}),
    }
    jobs = {
        NEAR: rows_of("employment", at_work(1, NEAR), at_work(2, "远县"), at_work(3, "440306")),
        FAR: rows_of("employment", at_work(4, "610102")),
    }
    for feed, files in {"labor_register": registers, "employment": jobs}.items():
        for county, text in files.items():
            put(zone, text, f"{county}.csv", feed=feed, day=NIGHT)
    landing.expect_deliveries(NIGHT)
    due = superuser.execute("select distinct unit from ops.due where feed = 'labor_register' order by 1").fetchall()
    assert due == [(NEAR,), (FAR,)]

    deliveries = [landing.ingest(arrival) for arrival in arrivals(NIGHT)]
    assert sorted((each.feed, each.unit, each.rows_landed, each.rows_rejected) for each in deliveries if each) == [
        ("employment", NEAR, 3, 0),
        ("employment", FAR, 1, 0),
        ("labor_register", NEAR, 3, 0),
        ("labor_register", FAR, 1, 1),
    ]
    reasons = superuser.execute("select distinct reason from vault.rejected_row").fetchall()
    assert ("not_a_division",) in reasons

    build = start_build(NIGHT)
    assert gate.gate_deliveries(build).held == ()
    transform.run_dbt("tag:core", build)
    transform.run_dbt("tag:mart", build)
    publish(build)

    with connect("wh_analyst") as analyst:
        stock = analyst.execute(
            "select county_code, destination, sum(employed)::integer from marts.employment_stock"
            " where employed > 0 and channel <> 'none' group by 1, 2 order by 1, 2"
        ).fetchall()
        assert [row for row in stock if row[0] == NEAR] == [
            (NEAR, "other_county", 1),
            (NEAR, "other_province", 1),
            (NEAR, "own_county", 1),
        ]
        assert [row for row in stock if row[0] == FAR] == [(FAR, "other_prefecture", 1)]
        progress = analyst.execute(
            "select county_code, actual_value::integer from marts.target_progress"
            " where target_code = 'rural_employed' and basis = 'stock' order by 1"
        ).fetchall()
        assert progress == [(PREFECTURE, 4), (NEAR, 3), (FAR, 1)]
    with connect("wh_analyst") as analyst:
        for mart in _marts(analyst, having="county_code"):
            codes = {code for (code,) in analyst.execute(f"select distinct county_code from marts.{mart}")} - {None}
            assert codes <= {PREFECTURE, NEAR, FAR}, mart
        for mart in _marts(analyst):
            of_honghe = "[(,]5325[0-9]{2}([0-9]{3})?[,)]"
            found = analyst.execute(f"select t::text from marts.{mart} as t where t::text ~ %s", (of_honghe,))
            assert found.fetchall() == [], mart
    with connect(f"county_{NEAR}") as county:
        seen = county.execute("select distinct county_code from marts.target_progress").fetchall()
        assert seen == [(NEAR,)]

    erased = erase_a_person(superuser, home)
    publish_the_next_night(superuser, zone, erased)


def erase_a_person(superuser: psycopg.Connection, home: Home) -> tuple[str, ...]:
    """An operator erases a person by the command, and figures stay; gives the words that are of this person."""
    [token] = (
        superuser.execute("select person_key from landing.labor_register where household_no = 'H3'").fetchone() or ()
    )
    words = (person(3), str(token), token.hex)
    figures = "select t::text from store.employment_stock as t where from_build = 1 order by 1"
    before = superuser.execute(figures).fetchall()
    assert {word for word in words if word in tables_text(superuser)} >= {str(token)}
    password = home.secret("password:operator_of_tests")
    done = run_warehouse(
        "erase",
        "--reason",
        "本人申请，工单 7",
        "--as",
        "operator_of_tests",
        home=home.root,
        typed=f"{person(3)}\n",
        PGPASSWORD=password,
    )
    assert (done.returncode, person(3) in done.stdout + done.stderr) == (0, False), done.stderr
    assert "erasure 1 is complete" in done.stderr
    assert [word for word in words if word in tables_text(superuser)] == []
    assert superuser.execute(figures).fetchall() == before
    changed = "select publication, digest_before <> digest_after from ops.erasure_digest"
    assert superuser.execute(changed).fetchall() == [(1, True)]
    return words


def publish_the_next_night(superuser: psycopg.Connection, zone: Path, erased: tuple[str, ...]) -> None:
    """The next night is built without the person, though the county sends the row."""
    rows = [at_home(NEAR, serial) for serial in (1, 2, 3)], [at_work(serial, NEAR) for serial in (1, 2, 3)]
    for feed, reported in zip(("labor_register", "employment"), rows, strict=True):
        put(zone, rows_of(feed, *reported), f"{NEAR}.csv", feed=feed, day=NEXT)
    again = [landing.ingest(arrival) for arrival in arrivals(NEXT)]
    assert {(each.rows_read, each.rows_landed, each.rows_rejected) for each in again if each} == {(3, 2, 1)}
    build = start_build(NEXT)
    assert gate.gate_deliveries(build).held == ()
    transform.run_dbt("tag:core", build)
    transform.run_dbt("tag:mart", build)
    publish(build)
    [workbook] = returns.write_workbooks(NEXT)
    assert workbook.stem == NEAR
    assert [word for word in erased if word in tables_text(superuser) or word in text_of(workbook)] == []
    with connect("wh_analyst") as analyst:
        listed = "select count(*) from marts.person_today where county_code = %s"
        assert analyst.execute(listed, (NEAR,)).fetchone() == (2,)
        analyst.execute("select marts.as_of(%s)", (NIGHT,))
        employed = (
            "select sum(employed)::integer from marts.employment_stock where county_code = %s and channel <> 'none'"
        )
        assert analyst.execute(employed, (NEAR,)).fetchone() == (3,)  # as it was published
    unequal = "select from ops.delivery where rows_read <> rows_landed + rows_rejected + rows_erased"
    assert superuser.execute(unequal).fetchall() == []


def _marts(analyst: psycopg.Connection, having: str | None = None) -> list[str]:
    """The marts that an analyst reads, or those of them that have a column."""
    found = analyst.execute(
        "select distinct table_name from information_schema.columns"
        " where table_schema = 'marts' and (%(having)s::text is null or column_name = %(having)s) order by 1",
        {"having": having},
    )
    return [name for (name,) in found]


def test_neither_codes_nor_the_name_of_the_prefecture_are_in_the_source() -> None:
    """Not meant: comments, unit tests of models, ID numbers and credit codes in examples (anybody's, with a check
    digit), and the demonstration, which is of Honghe.
    """
    package = project_root() / "plugins" / "employment_warehouse"
    programs = [path for pattern in ("*.py", "*.sql", "*.j2", "*.typ") for path in package.rglob(pattern)]
    programs += [path for folder in ("dags", "notebooks") for path in (project_root() / folder).glob("*.py")]
    programs += (project_root() / "dbt_project").rglob("*.sql")
    declared = [path for path in (project_root() / "dbt_project").rglob("*.yml") if "seeds" not in path.parts]
    expectations = project_root() / "expectations"
    suites = (expectations / "warehouse").glob("*.yaml")
    literals = {
        re.compile(r"[\"']5325"): [*programs, *suites],
        re.compile(r"(?<!91)5325[0-9]{2}(?![0-9X]{12})"): [
            *(expectations / "feeds").glob("*.yaml"),
            expectations / "reasons.yaml",
        ],
        re.compile(r"^[^#]*(红河|Honghe)", re.M): [*programs, *declared],
    }
    found = [
        str(path.relative_to(project_root()))
        for literal, paths in literals.items()
        for path in paths
        if not {"demonstration", "migrations"} & set(path.parts) and literal.search(path.read_text("utf-8"))
    ]
    assert found == []
