"""A night of a made-up prefecture with two counties: its codes come from the operator's seed `division` alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from tests.kit.files import put, rows_of
from tests.kit.nights import publish, start_build
from tests.kit.people import with_check_digit
from tests.kit.server import running_server

from employment_warehouse import gate, landing, transform
from employment_warehouse.database import connect
from employment_warehouse.settings import Home, project_root

NIGHT = date(2024, 5, 20)
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


def test_a_night_of_another_prefecture(superuser: psycopg.Connection, home: Home, zone: Path) -> None:
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

    deliveries = [landing.ingest(arrival) for arrival in landing.scan({"county"}, NIGHT).arrivals]
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
    with connect("wh_auditor") as auditor:
        for mart in _marts_by_county(superuser):
            codes = {code for (code,) in auditor.execute(f"select distinct county_code from marts.{mart}")} - {None}
            assert codes <= {PREFECTURE, NEAR, FAR}, mart
    with connect(f"county_{NEAR}") as county:
        seen = county.execute("select distinct county_code from marts.target_progress").fetchall()
        assert seen == [(NEAR,)]


def _marts_by_county(superuser: psycopg.Connection) -> list[str]:
    found = superuser.execute(
        "select table_name from information_schema.columns"
        " where table_schema = 'marts' and column_name = 'county_code' order by 1"
    )
    return [name for (name,) in found]


def test_no_code_of_the_prefecture_is_in_the_source() -> None:
    """Comments of the database and the demonstration, which is about Honghe, are not meant."""
    package = project_root() / "plugins" / "employment_warehouse"
    sources = [path for pattern in ("*.py", "*.sql", "*.j2") for path in package.rglob(pattern)]
    sources += [*(project_root() / "dags").glob("*.py"), *(project_root() / "dbt_project").rglob("*.sql")]
    literal = re.compile(r"[\"']5325")
    found = [path for path in sources if "demonstration" not in path.parts and literal.search(path.read_text("utf-8"))]
    assert found == []
