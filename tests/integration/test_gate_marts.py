"""Gate 2 on a real server: each expectation has a state that it lets pass and one that it names; no way round it."""

from __future__ import annotations

import csv
import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg import sql

from employment_warehouse import database, gate, publication, settings
from employment_warehouse.gate.suites import Frame, read_suites
from employment_warehouse.gate.thresholds import thresholds

PREFECTURE = "532500"
COUNTIES = [
    "532501",
    "532502",
    "532503",
    "532504",
    "532523",
    "532524",
    "532525",
    "532527",
    "532528",
    "532529",
    "532530",
    "532531",
    "532532",
]
DAY = date(2024, 5, 1)
PERSONS, WORKERS = 40, 32


def person(county: str, number: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{county} {number}")


@dataclass
class World:
    """A small warehouse in which everything agrees: 13 counties of 40 persons, 32 of them at work, one project."""

    superuser: psycopg.Connection
    build: int = 0

    def begin(self, day: date = DAY) -> int:
        self.build = publication.start_build(day, f"run of {day} {uuid.uuid4()}")
        return self.build

    def seeds(self) -> None:
        root = settings.project_root() / "dbt_project/seeds"
        with database.connect("wh_transformer") as connection:
            for name in ("setting", "division"):
                with (root / f"{name}.csv").open(encoding="utf-8") as file:
                    rows = list(csv.DictReader(file))
                columns = [
                    sql.SQL("{} {}").format(
                        sql.Identifier(column),
                        sql.SQL({"valid_from": "date", "enabled": "boolean"}.get(column, "text")),
                    )
                    for column in rows[0]
                ]
                table = sql.Identifier("seeds", name)
                connection.execute(sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join(columns)))
                _insert(connection, table, rows)

    def deliver(self, feed: str, unit: str, day: date, rows: Iterable[Mapping[str, Any]]) -> int:
        """An accepted delivery of this build with its landed rows."""
        rows = list(rows)
        found = self.superuser.execute(
            """
            insert into ops.delivery (
                feed, unit, report_date, revision, kind, sha256, arrived_at, rows_read, rows_landed, status, build
            ) values (%s, %s, %s, 1, 'file', %s, now(), %s, %s, 'accepted', %s) returning delivery_id
            """,
            (feed, unit, day, hashlib.sha256(f"{feed}{unit}{day}".encode()).digest(), len(rows), len(rows), self.build),
        ).fetchone()
        assert found
        _insert(
            self.superuser,
            sql.Identifier("landing", feed),
            [{"delivery_id": found[0], "line": number, "sheet": "", **row} for number, row in enumerate(rows, 2)],
        )
        return int(found[0])

    def store(self, model: str, rows: Iterable[Mapping[str, Any]]) -> None:
        _insert(self.superuser, sql.Identifier("store", model), [{**row, "from_build": self.build} for row in rows])

    def fill(self) -> None:
        """What a night would have built."""
        members = [(county, number) for county in COUNTIES for number in range(PERSONS)]
        for county in COUNTIES:
            self.deliver("labor_register", county, DAY, [{"person_key": person(county, n)} for n in range(PERSONS)])
            self.deliver("employment", county, DAY, [spell(county, n) for n in range(WORKERS)])
            self.deliver("public_post", county, DAY, [post(county, n) for n in range(WORKERS)])
        with (settings.project_root() / "dbt_project/seeds/division.csv").open(encoding="utf-8") as file:
            self.store(
                "dim_division",
                [
                    {key: row[key] or None for key in ("division_code", "level", "parent_code", "name_zh")}
                    for row in csv.DictReader(file)
                ],
            )
        register = {"work_capacity": "ordinary", "in_school": False, "seen_from": DAY}
        self.store(
            "reported_labor_register",
            [{"unit": c, "county_code": c, "person_key": person(c, n), **register} for c, n in members],
        )
        self.store(
            "reported_employment",
            [{"unit": c, **spell(c, n), "seen_from": DAY} for c, n in members if n < WORKERS],
        )
        self.store(
            "reported_public_post", [{"unit": c, **post(c, n), "seen_from": DAY} for c, n in members if n < WORKERS]
        )
        for model in ("dim_person", "fct_person_state"):
            self.store(
                model,
                [
                    {"county_code": c, "person_key": person(c, n), "household_no": f"H{n // 4}", "valid_from": DAY}
                    for c, n in members
                ],
            )
        for model in ("dim_household", "fct_household_state"):
            self.store(
                model,
                [{"county_code": c, "household_no": f"H{n // 4}", "valid_from": DAY} for c, n in members if n % 4 == 0],
            )
        self.fill_marts()
        self.fill_project()

    def fill_marts(self) -> None:
        for unit, times in [(PREFECTURE, len(COUNTIES)), *((county, 1) for county in COUNTIES)]:
            targets = {
                "rural_employed": WORKERS,
                "poverty_alleviated_employed": WORKERS,
                "zero_employment_relocated_households": 0,
            }
            self.store(
                "target_progress",
                [
                    {
                        "county_code": unit,
                        "target_code": code,
                        "basis": "stock",
                        "actual_value": value * times,
                        "progress_rate": 0.5,
                        "coverage": 1,
                    }
                    for code, value in targets.items()
                ],
            )
            cell = {"county_code": unit, "population_category": "general"}
            nobody = dict.fromkeys(("subsidised", "grade_a", "grade_b", "grade_d"), 0)
            self.store(
                "employment_stock",
                [
                    cell
                    | nobody
                    | {
                        "channel": "enterprise",
                        "destination": "other_province",
                        "labour_force": WORKERS * times,
                        "employed": WORKERS * times,
                        "grade_c": WORKERS * times,
                    },
                    cell
                    | nobody
                    | {
                        "channel": "none",
                        "destination": "none",
                        "labour_force": (PERSONS - WORKERS) * times,
                        "employed": 0,
                        "grade_c": 0,
                    },
                ],
            )
            self.store(
                "zero_employment_summary",
                [
                    {"county_code": unit, "is_relocated": is_relocated, "open_cases": 2 * times}
                    for is_relocated in (True, False)
                ],
            )

    def fill_project(self) -> None:
        """One project in the first county: 32 workers, paid in May for April."""
        county, april = COUNTIES[0], date(2024, 4, 1)
        workers = [person(county, number) for number in range(WORKERS)]
        self.deliver(
            "relief_payroll",
            "P1",
            DAY,
            [{"project_no": "P1", "period": april, "person_key": key, "amount_due": 1000} for key in workers],
        )
        self.store("dim_relief_project", [{"project_no": "P1", "county_code": county}])
        self.store(
            "reported_relief_contract",
            [
                {"unit": "P1", "project_no": "P1", "person_key": key, "onsite_from": april, "seen_from": DAY}
                for key in workers
            ],
        )
        self.store("reported_period", [{"feed": "relief_payroll", "unit": "P1", "period": april, "report_date": DAY}])
        self.store(
            "fct_relief_payroll_line",
            [
                {"project_no": "P1", "period": april, "person_key": key, "crew": "", "amount_due": 1000}
                for key in workers
            ],
        )
        self.store(
            "fct_wage_payment",
            [
                {
                    "feed": "relief_payroll",
                    "unit": "P1",
                    "period": april,
                    "person_key": key,
                    "item": "",
                    "county_code": county,
                    "amount_due": 1000,
                    "amount_listed": 1000,
                    "amount_credited": 600,
                    "amount_paid": 600,
                    "pay_due_on": date(2024, 4, 30),
                }
                for key in workers
            ],
        )
        self.store(
            "relief_project_monitor",
            [
                {
                    "project_no": "P1",
                    "county_code": county,
                    "workers": WORKERS,
                    "wages_due": 32000,
                    "wages_paid": 19200,
                    "arrears": 12800,
                    "arrears_share": 0.4,
                    "contract_coverage": 1,
                }
            ],
        )

    def frames(self) -> dict[str, Frame]:
        with database.connect("wh_gate") as connection:
            suites = read_suites(settings.project_root(), thresholds(connection, DAY))
        return {f"{suite.name}.{frame.name}": frame for suite in suites for frame in suite.frames}


def spell(county: str, number: int) -> dict[str, Any]:
    return {"person_key": person(county, number), "employer_name": "某某公司", "start_date": date(2024, 3, 1)}


def post(county: str, number: int) -> dict[str, Any]:
    return {"post_no": f"GW{number}", "person_key": person(county, number), "start_date": date(2024, 3, 1)}


def _insert(connection: psycopg.Connection, table: sql.Identifier, rows: list[Mapping[str, Any]]) -> None:
    names = list(rows[0])
    statement = sql.SQL("copy {} ({}) from stdin").format(table, sql.SQL(", ").join(map(sql.Identifier, names)))
    with connection.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row(
                [row[name] if row[name] != "" or name in ("crew", "item", "sheet") else None for name in names]
            )


@pytest.fixture
def world(warehouse: psycopg.Connection) -> World:
    made = World(warehouse)
    made.seeds()
    made.begin()
    made.fill()
    return made


def test_a_night_in_which_everything_agrees_is_certified_and_published(world: World) -> None:
    certificate = gate.gate_marts(world.build)
    assert failures(world) == {}
    assert certificate.is_clean
    assert certificate.checks_run == certificate.checks_expected > 30
    assert not gate.rebuild_needed(world.build)
    assert publication.publish(world.build) == world.build


def failures(world: World) -> dict[str, list[str]]:
    rows = world.superuser.execute(
        """
        select suite || '.' || check_name, array_agg(unit order by unit) from ops.check_result
        where build = %s and gate = 2 and not success group by 1
        """,
        (world.build,),
    ).fetchall()
    return dict(rows)
