"""Gate 2 on a real server: each expectation has rows that pass and rows that fail; nothing bypasses it."""

from __future__ import annotations

import hashlib
import itertools
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql
from tests.kit.nights import Nights

from employment_warehouse import alert, database, gate, publication, settings
from employment_warehouse.contract import contracts
from employment_warehouse.database.model_declarations import Model, read_models
from employment_warehouse.errors import UserError
from employment_warehouse.gate.checked_model import UNIT_KEYS
from employment_warehouse.gate.marts import check_frame, suites_in_force
from employment_warehouse.gate.row_checks import known_codes
from employment_warehouse.gate.suites import Frame, SuiteError

PREFECTURE = "532500"
COUNTIES = tuple(f"5325{number:02}" for number in (1, 2, 3, 4, 23, 24, 25, 27, 28, 29, 30, 31, 32))
DAY = date(2024, 5, 1)
HELD_OF_THE_PAGE = settings.project_root() / "plugins/employment_warehouse/report/queries/daily/held.sql"
PERSONS, WORKERS = 40, 32
# The condition of a list of what should not be: each of its rows breaks it.
ALWAYS_WRONG = "false"


def person(county: str, number: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{county} {number}")


@dataclass
class World:
    """A small warehouse in which everything agrees: 13 counties of 40 persons, 32 of them at work, one project."""

    superuser: psycopg.Connection
    build: int = 0
    run: str = ""
    prefecture: str = PREFECTURE
    counties: tuple[str, ...] = COUNTIES

    def begin(self, day: date = DAY) -> int:
        self.run = f"run of {day} {uuid.uuid4()}"
        return self.resume(day)

    def resume(self, day: date = DAY) -> int:
        """The same build again, with what is offered to it by now."""
        self.build = publication.start_build(day, self.run)
        gate.expect_checks(self.build)
        return self.build

    def deliver(self, feed: str, unit: str, day: date, rows: Iterable[Mapping[str, Any]], revision: int = 1) -> int:
        """An accepted delivery of this build with its landed rows."""
        rows = list(rows)
        sha256 = hashlib.sha256(f"{feed}{unit}{day}{revision}".encode()).digest()
        found = self.superuser.execute(
            """
            insert into ops.delivery (
                feed, unit, report_date, revision, kind, sha256, arrived_at, rows_read, rows_landed, status, build
            ) values (%s, %s, %s, %s, 'file', %s, now(), %s, %s, 'accepted', %s) returning delivery_id
            """,
            (feed, unit, day, revision, sha256, len(rows), len(rows), self.build),
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
        members = [(county, number) for county in self.counties for number in range(PERSONS)]
        for county in self.counties:
            self.deliver("labor_register", county, DAY, [{"person_key": person(county, n)} for n in range(PERSONS)])
            self.deliver("employment", county, DAY, [spell(county, n) for n in range(WORKERS)])
            self.deliver("public_post", county, DAY, [post(county, n) for n in range(WORKERS)])
        self.superuser.execute(
            "insert into store.dim_division (division_code, level, parent_code, name_zh, from_build)"
            " select division_code, level, parent_code, name_zh, %s from seeds.division",
            (self.build,),
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
        households = [
            {"county_code": c, "household_no": f"H{n // 4}", "valid_from": DAY} for c, n in members if n % 4 == 0
        ]
        counts = {"members": 4, "members_in_labour_force": 4, "members_employed": 3}
        self.store("dim_household", households)
        self.store("fct_household_state", [household | counts for household in households])
        self.fill_marts()
        self.fill_project()
        self.fill_others()
        self.fill_the_rest()
        self.mark_written()

    def mark_written(self) -> None:
        """Record that this build has written every model."""
        self.superuser.execute(
            "insert into ops.model_version (build, model, rows_opened, rows_closed)"
            " select %s, model, 0, 0 from ops.versioned on conflict do nothing",
            (self.build,),
        )

    def fill_the_rest(self) -> None:
        """Every other model that declares checks: a row of zeros for each county and the prefecture, or one row."""
        for name, checks in declared_checks().items():
            if self.superuser.execute(f"select 1 from store.{name} limit 1".encode()).fetchone():
                continue
            if ALWAYS_WRONG in (check["condition"]["sql"] for _, check in checks if "condition" in check):
                continue
            codes = {column: check["one_of"][0] for column, check in checks if column and "one_of" in check}
            model = MODELS[name]
            row = {column.name: codes.get(column.name, neutral_value(column.data_type)) for column in model.columns}
            counties = (self.prefecture, *self.counties) if "county_code" in model.key else self.counties[:1]
            place = {"county_code"} & set(row)
            self.store(name, [row | dict.fromkeys(place, county) for county in counties])
            self.repair(model, checks)

    def repair(self, model: Model, checks: list[tuple[str | None, dict[str, Any]]]) -> None:
        """Change one column after the other of a model's rows until they meet all conditions that it declares."""
        conditions = [check["condition"]["sql"] for _, check in checks if "condition" in check]
        values = [f"'{code}'" for _, check in checks for code in check.get("one_of", ())]
        columns = [column.name for column in model.columns if column.name not in model.key]
        while left := broken_conditions(self.superuser, model, conditions):
            for column, value in itertools.product(columns, (*TRIED_VALUES, *values)):
                try:
                    with self.superuser.transaction() as attempt:
                        self.superuser.execute(f"update store.{model.name} set {column} = {value}".encode())
                        is_better = broken_conditions(self.superuser, model, conditions) < left
                        if not is_better:
                            raise psycopg.Rollback(attempt)
                except psycopg.Error:  # not a value of this type
                    continue
                if is_better:
                    break
            else:
                pytest.fail(f"no row of {model.name} meets its conditions: {conditions}")

    def fill_others(self) -> None:
        """One row of models whose rows are not all zero."""
        self.store(
            "feed_timeliness",
            [
                {
                    "feed": "employment",
                    "county_code": self.counties[0],
                    "status": "on_time",
                    **dict.fromkeys(("rows_read", "rows_landed", "units_due", "units_reported"), 1),
                    "rows_rejected": 0,
                }
            ],
        )
        self.store(
            "zero_employment_household",
            [
                {
                    "county_code": self.counties[0],
                    "household_no": "H1",
                    "opened_on": DAY,
                    "population_category": "general",
                    "members_in_labour_force": 1,
                }
            ],
        )
        line = {"period": date(2024, 4, 1), "person_key": person(self.counties[0], 1)}
        self.store("relief_payroll_check", [line | {"project_no": "P1", "crew": "", "finding": "unpaid"}])
        attempt = {"feed": "relief_payroll", "unit": "P1", "item": "", "batch_no": "B1", "amount_credited": 1}
        self.store("fct_payment_attempt", [line | attempt])

    def fill_marts(self) -> None:
        for unit, times in [(self.prefecture, len(self.counties)), *((county, 1) for county in self.counties)]:
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
                        "units_due": 1,
                        "units_accepted": 1,
                        "obs_status": "A",
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
        county, april = self.counties[0], date(2024, 4, 1)
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

    def frames(self) -> list[Frame]:
        with database.connect("wh_gate") as connection:
            suites = suites_in_force(connection, DAY)
        return [frame for suite in suites for frame in suite.frames]


def spell(county: str, number: int) -> dict[str, Any]:
    return {"person_key": person(county, number), "employer_name": "某某公司", "start_date": date(2024, 3, 1)}


def post(county: str, number: int) -> dict[str, Any]:
    return {"post_no": f"GW{number}", "person_key": person(county, number), "start_date": date(2024, 3, 1)}


MODELS: Mapping[str, Model] = {model.name: model for model in read_models(settings.project_root() / "dbt_project")}


def declared_checks() -> dict[str, list[tuple[str | None, dict[str, Any]]]]:
    """Model → (column or None, check) of each check that its YAML declares."""
    found: dict[str, list[tuple[str | None, dict[str, Any]]]] = {}
    for path in sorted((settings.project_root() / "dbt_project" / "models").rglob("*.yml")):
        for entry in yaml.safe_load(path.read_text("utf-8")).get("models", []):
            for column in (entry, *entry.get("columns", [])):
                for check in column.get("config", {}).get("meta", {}).get("checks", []):
                    of = None if column is entry else str(column["name"])
                    one = dict(check) if isinstance(check, dict) else {check: None}
                    if "one_of" in one:
                        one["one_of"] = list(known_codes(one["one_of"]))
                    found.setdefault(entry["name"], []).append((of, one))
    return found


BROKEN_VALUES_OF_TYPES = {("at_most", "date"): "'2999-12-31'", ("one_of", "integer"): "-999"}
TRIED_VALUES = ("-1", "1", "999", "true", "'?'", "'1900-01-01'", "'2999-12-31'", "'{}'", "'{x}'", "null")


def broken_conditions(connection: psycopg.Connection, model: Model, conditions: list[str]) -> int:
    """How many conditions some row of a model does not meet."""
    queries = (f"select 1 from store.{model.name} where not ({condition}) limit 1" for condition in conditions)
    return sum(connection.execute(query.encode()).fetchone() is not None for query in queries)


def neutral_value(data_type: str) -> object:
    """What breaks no check: zero, and no share."""
    if data_type in ("numeric(9,4)", "numeric(9,6)", "numeric(7,6)"):
        return None
    kinds = {"int": 0, "smallint": 0, "bigint": 0, "numeric": 0, "bool": False, "date": DAY, "timestamp": DAY}
    kinds |= {"uuid": uuid.UUID(int=0), "jsonb": "{}"}
    if data_type.endswith("[]"):
        return "{}"
    return next((value for kind, value in kinds.items() if data_type.startswith(kind)), "x")


def _insert(connection: psycopg.Connection, table: sql.Identifier, rows: list[Mapping[str, Any]]) -> None:
    names = list(rows[0])
    statement = sql.SQL("copy {} ({}) from stdin").format(table, sql.SQL(", ").join(map(sql.Identifier, names)))
    with connection.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])


def fill(nights: Nights) -> None:
    """A night in which everything agrees, before gate 2."""
    world = World(nights.connection)
    world.begin()
    world.fill()


def fill_and_certify(nights: Nights) -> None:
    """The same after gate 2."""
    fill(nights)
    assert gate.gate_marts(1).is_clean


def resumed(nights: Nights) -> World:
    """The world of the only night that was begun."""
    ((build, run),) = nights.rows("select build, run_id from ops.build")
    return World(nights.connection, build, run)


@pytest.fixture
def world(nights_after: Callable[..., Nights]) -> World:
    return resumed(nights_after(fill))


@pytest.fixture
def certified(nights_after: Callable[..., Nights]) -> World:
    return resumed(nights_after(fill_and_certify))


def test_a_night_in_which_everything_agrees_is_certified_and_published(world: World) -> None:
    certificate = gate.gate_marts(world.build)
    assert failures(world) == {}
    assert certificate.is_clean
    assert certificate.checks_run == certificate.checks_expected > 30
    assert not gate.rebuild_needed(world.build)
    assert publication.publish(world.build) == world.build


def test_gate_2_reads_counties_and_prefecture_from_the_seed(warehouse: psycopg.Connection) -> None:
    warehouse.execute(
        "delete from seeds.division where level in ('prefecture', 'county');"
        " insert into seeds.division (division_code, level, parent_code, name_zh)"
        " values ('990100', 'prefecture', null, '某州'), ('990101', 'county', '990100', '甲县'),"
        " ('990102', 'county', '990100', '乙县')"
    )
    world = World(warehouse, prefecture="990100", counties=("990101", "990102"))
    world.begin()
    world.fill()
    certificate = gate.gate_marts(world.build)
    assert failures(world) == {}
    assert certificate.is_clean
    warehouse.execute("delete from store.target_progress where county_code = '990102'")
    gate.gate_marts(world.build)
    assert set(failures(world)["target_progress.every_county"]) == {"990102"}


def failures(world: World) -> dict[str, list[str]]:
    rows = world.superuser.execute(
        """
        select suite || '.' || check_name, array_agg(unit order by unit) from ops.check_result
        where build = %s and gate = 2 and not success group by 1
        """,
        (world.build,),
    ).fetchall()
    return dict(rows)


# --- each expectation fails on its defect (and passes on the rows above) ------------------------

GEJIU, JIANSHUI = COUNTIES[0], COUNTIES[5]
ONE = f"county_code = '{GEJIU}'"

# Expectation → what is done to the store, and the unit that must be named.
DEFECTS: dict[str, tuple[str, str]] = {
    "feed_timeliness.every_row_accounted": (
        "update store.feed_timeliness set rows_read = 3, rows_landed = 1, rows_rejected = 1",
        GEJIU,
    ),
    "presence.stock_of_every_county.labour_force": ("delete from store.employment_stock", PREFECTURE),
    "presence.models_written.is_written": (
        "delete from ops.model_version where model = 'employment_stock'",
        PREFECTURE,
    ),
    "reconciliation.labor_register.rows": (
        "delete from store.reported_labor_register where ctid ="
        f" (select min(ctid) from store.reported_labor_register where {ONE})",
        GEJIU,
    ),
    "reconciliation.employment.rows": (f"delete from store.reported_employment where unit = '{GEJIU}'", GEJIU),
    "reconciliation.public_post.rows": (
        f"update store.reported_public_post set seen_to = seen_from + 1 where unit = '{GEJIU}'",
        GEJIU,
    ),
    "reconciliation.payroll.wages_due": (
        "update store.fct_relief_payroll_line set amount_due = amount_due + 0.01 where ctid = '(0,1)'",
        "P1",
    ),
    "reconciliation.persons_on_the_register.persons": (
        f"update store.dim_person set valid_to = valid_from + 1 where {ONE}",
        PREFECTURE,
    ),
    "reconciliation.persons_with_a_state.persons": (f"delete from store.fct_person_state where {ONE}", GEJIU),
    "reconciliation.stock_and_targets.employed": (
        f"update store.target_progress set actual_value = 31 where {ONE} and target_code = 'rural_employed'",
        GEJIU,
    ),
    "orphans.employment.known_share": (
        f"update store.reported_employment set person_key = gen_random_uuid() where unit = '{GEJIU}'",
        GEJIU,
    ),
    "orphans.public_post.known_share": (
        f"update store.reported_public_post set person_key = gen_random_uuid() where unit = '{GEJIU}'",
        GEJIU,
    ),
    "orphans.relief_contract.known_share": (
        "update store.reported_relief_contract set person_key = gen_random_uuid()",
        "P1",
    ),
    "orphans.payroll_projects.unknown_lines": ("delete from store.dim_relief_project", "P1"),
    "orphans.persons_of_states.orphans": (
        f"update store.fct_person_state set person_key = gen_random_uuid() where {ONE}",
        GEJIU,
    ),
    "double_registration.listed_twice": (
        "insert into store.double_registration (county_code, person_key, from_build)"
        f" values ('{GEJIU}', gen_random_uuid(), 1)",
        GEJIU,
    ),
    "orphans.households_of_states.orphans": (f"delete from store.dim_household where {ONE}", GEJIU),
}

# Of each other snapshot: a row that landed tonight, and is not reported.
DEFECTS |= {
    f"reconciliation.{contract.feed}.rows": (
        "with new as (insert into ops.delivery (feed, unit, report_date, revision, kind, sha256, arrived_at, rows_read,"
        f" rows_landed, status, build) values ('{contract.feed}', '{GEJIU}', '{DAY}', 1, 'file',"
        f" sha256('{contract.feed}'), now(), 1, 1, 'accepted', 1) returning delivery_id)"
        f" insert into landing.{contract.feed} (delivery_id, line, sheet) select delivery_id, 2, '' from new",
        GEJIU,
    )
    for contract in contracts().values()
    if contract.kind == "snapshot" and f"reconciliation.{contract.feed}.rows" not in DEFECTS
}

# These are about the last publication: what a second night, that begins with the same rows, does to it.
OF_A_SECOND_NIGHT: dict[str, tuple[str, str]] = {
    f"target_progress.actual_value.{target}": (
        f"update store.target_progress set to_build = 2 where {ONE};"
        " insert into store.target_progress (county_code, target_code, basis, actual_value, from_build)"
        f" values ('{GEJIU}', '{target}', 'stock', 16, 2)",
        GEJIU,
    )
    for target in ("rural_employed", "poverty_alleviated_employed")
} | {
    "presence.models_kept.kept_share": (
        f"update store.dim_person set to_build = 2 where county_code > '{JIANSHUI}'",
        PREFECTURE,
    ),
    "presence.models_emptied.rows_open": ("update store.fct_wage_payment set to_build = 2", PREFECTURE),
}


# What each kind of check that a column may declare must name: the value that breaks it.
BROKEN_VALUES = {
    "not_negative": "-1",
    "share": "2",
    "filled": "null",
    "one_of": "'?'",
    "at_most": "999999999",
    "not_before": "'1900-01-01'",
}


def defects_of_conditions(world: World) -> dict[str, tuple[str, str]]:
    """For each condition on the rows of a model a value of one column that breaks it: the first that does."""
    found = {}
    for name, checks in declared_checks().items():
        for condition in (check["condition"] for _, check in checks if "condition" in check):
            broken = next(breaking_updates(world, MODELS[name], condition["sql"]), None)
            if broken:
                found[f"{name}.{condition['name']}"] = broken
    return found


def breaking_updates(world: World, model: Model, condition: str) -> Iterator[tuple[str, str]]:
    """Updates of one row after which a condition is false, and the unit of the row."""
    ctid, unit = one_row(world, model)
    for column in model.columns:
        for value in TRIED_VALUES:
            update = f"update store.{model.name} set {column.name} = {value} where ctid = '{ctid}'"
            try:
                with world.superuser.transaction(force_rollback=True):
                    world.superuser.execute(update.encode())
                    query = f"select 1 from store.{model.name} where not ({condition})"
                    is_broken = world.superuser.execute(query.encode()).fetchone()
            except psycopg.Error:  # not a value of this type
                continue
            if is_broken and column.name not in model.key:
                yield update, unit


def one_row(world: World, model: Model) -> tuple[str, str]:
    """A row of a model, and the unit that a check names for it."""
    columns = {column.name for column in model.columns}
    unit = next((name for name in UNIT_KEYS if name in model.key), "county_code")
    unit = unit if unit in columns else f"'{PREFECTURE}'"
    return world.superuser.execute(f"select ctid, {unit} from store.{model.name} limit 1".encode()).fetchone() or (
        "",
        "",
    )


def defects_of_columns(world: World, expectations: Iterable[str]) -> dict[str, tuple[str, str]]:
    """A defect for each check that a column, or every_county that a model, declares, by the kind of the check."""
    found = {}
    for name in expectations:
        model, column, kind = (*name.split("."), "", "")[:3]
        if column == "every_county":
            found[name] = f"delete from store.{model} where {ONE}", GEJIU
        elif kind == "counties_add_up":
            defect = f"update store.{model} set {column} = coalesce({column}, 0) + 1 where county_code = '{PREFECTURE}'"
            found[name] = defect, PREFECTURE
        elif kind in BROKEN_VALUES:
            ctid, unit = one_row(world, MODELS[model])
            (data_type,) = [declared.data_type for declared in MODELS[model].columns if declared.name == column]
            value = BROKEN_VALUES_OF_TYPES.get((kind, data_type), BROKEN_VALUES[kind])
            defect = f"update store.{model} set {column} = {value} where ctid = '{ctid}'"
            found[name] = defect, unit
    return found


def test_every_expectation_of_gate_2_names_its_defect(world: World) -> None:
    """A new expectation fails here until it has a defect: of its kind, or of its own."""
    expectations = {
        f"{frame.suite}.{expectation.name}": frame for frame in world.frames() for expectation in frame.expectations
    }
    first_night = defects_of_conditions(world) | defects_of_columns(world, expectations) | DEFECTS
    assert set(expectations) == {*first_night, *OF_A_SECOND_NIGHT}
    found = {name: named(world, expectations[name], name, defect) for name, (defect, _) in first_night.items()}
    gate.gate_marts(world.build)
    publication.publish(world.build)
    assert world.begin() == 2
    world.mark_written()
    found |= {name: named(world, expectations[name], name, defect) for name, (defect, _) in OF_A_SECOND_NIGHT.items()}
    wanted = {name: unit for name, (_, unit) in (first_night | OF_A_SECOND_NIGHT).items()}
    assert {name: units for name, units in found.items() if wanted[name] not in units} == {}


def named(world: World, frame: Frame, expectation: str, defect: str) -> set[str]:
    """The units that an expectation names with a defect in the store; the defect is rolled back."""
    alone = replace(
        frame, expectations=tuple(e for e in frame.expectations if f"{frame.suite}.{e.name}" == expectation)
    )
    with world.superuser.transaction(force_rollback=True):
        world.superuser.execute(defect.encode())
        world.superuser.execute("set local role wh_gate")
        return {
            outcome.unit
            for outcome in check_frame(world.superuser, alone)
            if f"{outcome.suite}.{outcome.expectation.name}" == expectation and not outcome.success
        }


# The key of forty findings on GEJIU.
MAY_BECOME_EMPTY = {
    "double_registration": {"county_code": f"'{GEJIU}'", "person_key": "gen_random_uuid()"},
    "restatement": {
        "indicator": "'employed'", "county_code": f"'{GEJIU}'", "on_date": "date '2024-01-01' + number",
    },
    "relief_payroll_check": {
        "project_no": "'P'", "period": "date '2024-05-01'", "person_key": "gen_random_uuid()", "crew": "''",
        "finding": "'no_contract'",
    },
    "payroll_finding_summary": {"county_code": f"'{GEJIU}'", "finding": "'finding ' || number"},
    "public_post_finding": {
        "county_code": f"'{GEJIU}'", "post_no": "'P' || number", "finding": "'over_term'",
        "opened_on": "date '2024-05-01'",
    },
    "fct_wage_span": {
        "person_key": "gen_random_uuid()", "source": "'employment'", "source_key": "''",
        "valid_from": "date '2024-05-01'",
    },
}  # fmt: skip


def test_a_list_of_findings_may_become_empty(world: World) -> None:
    """Everything that was published has been put right by tonight; a list of changes is as good as one of findings."""
    assert MAY_BECOME_EMPTY.keys() == {model.name for model in MODELS.values() if model.may_be_empty}
    gate.gate_marts(world.build)
    publication.publish(world.build)
    world.begin()
    checks = ("presence.models_emptied.rows_open", "presence.models_kept.kept_share")
    frames = {
        check: frame
        for frame in world.frames()
        for check in checks
        if check in {f"{frame.suite}.{e.name}" for e in frame.expectations}
    }
    for (model, key), check in itertools.product(MAY_BECOME_EMPTY.items(), checks):
        put_right = (
            f"update store.{model} set to_build = 2;"
            f" insert into store.{model} ({', '.join(key)}, from_build, to_build)"
            f" select {', '.join(key.values())}, 1, 2 from generate_series(1, 40) as number"
        )
        assert named(world, frames[check], check, put_right) == set(), model


def test_what_was_paid_too_much_for_a_post_may_exceed_what_is_owed(world: World) -> None:
    """A county that pays three months at once books it on one line: the others are still owed."""
    check = "finding_case.amount_not_negative"
    (frame,) = [f for f in world.frames() if check in {f"{f.suite}.{e.name}" for e in f.expectations}]
    owed = "update store.finding_case set amount = -500, case_kind = '{}'"
    assert named(world, frame, check, owed.format("public_post")) == set()
    assert named(world, frame, check, owed.format("relief_payroll")) != set()


# --- what follows from a failure --------------------------------------------------------------------------


def introduce_defect(world: World, expectation: str) -> None:
    defects = DEFECTS | defects_of_columns(world, [expectation])
    world.superuser.execute(defects[expectation][0].encode())


def test_a_failure_that_a_delivery_has_caused_holds_that_delivery_and_asks_for_a_rebuild(world: World) -> None:
    introduce_defect(world, "orphans.employment.known_share")
    certificate = gate.gate_marts(world.build)
    held = world.superuser.execute(
        "select delivery_id, feed, unit, reason from ops.delivery where status = 'held'"
    ).fetchall()
    assert tuple(row[0] for row in held) == certificate.held
    assert [row[1:3] for row in held] == [("employment", GEJIU)]
    assert "务工就业台账中人员在劳动力台账上的占比" in held[0][3]
    assert gate.rebuild_needed(world.build)
    with pytest.raises(psycopg.Error, match="has begun to check"), database.connect("wh_transformer") as connection:
        connection.execute("select ops.undo_version('employment_stock')")
    gate.void_certificate(world.build)
    assert gate.rebuild_needed(world.build)  # also when the rebuild failed and is tried again
    with database.connect("wh_transformer") as connection:
        connection.execute("select ops.writable_build()")
    # The rebuild leaves them out.
    world.superuser.execute(f"delete from store.reported_employment where unit = '{GEJIU}'".encode())
    world.superuser.execute("update store.feed_timeliness set status = 'held'")
    assert gate.gate_marts(world.build).is_clean
    assert not gate.rebuild_needed(world.build)
    publication.publish(world.build)
    # The alert says why, in both languages; the page shows the number that a release needs.
    (number,) = certificate.held
    alert.raise_night_alerts(world.build)
    (body,) = world.superuser.execute("select body from ops.alert where kind = 'delivery_held'").fetchone() or ("",)
    assert "务工就业台账中人员在劳动力台账上的占比为 0%（正常不低于 50%）" in body
    assert "Register of employment spells: share of the persons who are on a register of labour: 0% (normally" in body
    assert f"（报送编号 {number}）" in body
    given = {"prefecture": PREFECTURE, "publication": world.build}
    with database.connect("wh_reporter") as connection:
        listed = connection.execute(HELD_OF_THE_PAGE.read_bytes(), given).fetchall()
    assert listed == [("employment", GEJIU, str(number))]


def held_deliveries(world: World) -> list[tuple[str, str]]:
    """Feed and unit of the deliveries on hold."""
    return world.superuser.execute("select feed, unit from ops.delivery where status = 'held' order by 1, 2").fetchall()


def test_a_failure_that_names_a_unit_holds_what_the_unit_has_sent_tonight(world: World) -> None:
    """The check itself declares no feed."""
    introduce_defect(world, "reconciliation.payroll.wages_due")
    certificate = gate.gate_marts(world.build)
    assert held_deliveries(world) == [("relief_payroll", "P1")]
    assert len(certificate.held) == 1
    assert gate.rebuild_needed(world.build)


def test_a_failure_of_rows_that_name_their_feed_holds_that_feed_only(world: World) -> None:
    world.superuser.execute(
        "update store.fct_wage_payment set feed = 'public_post', unit = %s, amount_due = -1", (GEJIU,)
    )
    gate.gate_marts(world.build)
    assert ("public_post", GEJIU) in held_deliveries(world)
    assert {feed for feed, _ in held_deliveries(world)} == {"public_post"}


def test_where_the_declared_feed_has_sent_nothing_tonight_the_rest_of_the_unit_is_held(world: World) -> None:
    world.superuser.execute("update ops.delivery set status = 'withdrawn' where feed = 'employment'")
    introduce_defect(world, "orphans.employment.known_share")
    gate.gate_marts(world.build)
    assert held_deliveries(world) == [("labor_register", GEJIU), ("public_post", GEJIU)]


def test_a_check_that_fails_for_most_units_holds_the_night_and_not_the_units(world: World) -> None:
    """The cause is then the warehouse's own: thirteen counties are not wrong in the same way in one night."""
    world.superuser.execute("update store.employment_stock set grade_a = -1")
    certificate = gate.gate_marts(world.build)
    assert certificate.held == ()
    assert held_deliveries(world) == []
    assert not gate.rebuild_needed(world.build)
    assert is_refused(world)


def test_what_gate_2_holds_is_known_whatever_the_words_of_the_reason(world: World) -> None:
    """And what another gate holds is not taken for its own, whatever is said of it."""
    introduce_defect(world, "orphans.employment.known_share")
    certificate = gate.gate_marts(world.build)
    world.superuser.execute("update ops.delivery set reason = '说法已改' where status = 'held'")
    assert world.superuser.execute("select held_by from ops.delivery where status = 'held'").fetchall() == [("gate_2",)]
    assert gate.rebuild_needed(world.build)
    assert gate.gate_marts(world.build).held == certificate.held
    world.superuser.execute(
        "update ops.delivery set held_by = 'gate_1', reason = '发布前检查 gate 2: …' where status = 'held'"
    )
    assert not gate.rebuild_needed(world.build)
    assert set(gate.gate_marts(world.build).held).isdisjoint(certificate.held)


def test_running_gate_2_again_holds_the_same_deliveries(world: World) -> None:
    introduce_defect(world, "orphans.employment.known_share")
    first = gate.gate_marts(world.build)
    assert gate.gate_marts(world.build) == first
    assert held_deliveries(world) == [("employment", GEJIU)]


def test_any_other_critical_failure_holds_the_night_and_moves_nothing(certified: World) -> None:
    world = certified
    first = publication.publish(world.build)
    build = world.begin(date(2024, 5, 2))
    world.mark_written()
    introduce_defect(world, "employment_stock.labour_force.counties_add_up")
    certificate = gate.gate_marts(build)
    assert (certificate.critical_failed, certificate.held) == (1, ())
    with pytest.raises(UserError):
        publication.publish_or_hold(build)
    assert shown(world) == first
    alert.raise_night_alerts(build)
    row = world.superuser.execute("select level, title, body from ops.alert where kind = 'night_held'").fetchone()
    assert row is not None
    assert row[0] == "critical"
    assert "5月2日未发布" in row[1]
    assert "就业存量结构：“劳动力”全州数与各县市之和的差" in row[2]


def test_a_waived_failure_is_counted_and_holds_nothing(world: World) -> None:
    day = date(2024, 5, 1)
    check = "employment_stock.labour_force.counties_add_up"
    publication.grant_waiver(check, "532500", day, day, "known, corrected tomorrow")
    introduce_defect(world, "employment_stock.labour_force.counties_add_up")
    assert gate.gate_marts(world.build).is_clean
    waivers = world.superuser.execute("select distinct waiver from ops.check_result where not success").fetchall()
    assert waivers == [(f"operator_of_tests (至 until {day}): known, corrected tomorrow",)]


def test_only_rows_that_break_a_check_are_counted(world: World) -> None:
    """Not a difference, nor how many units have failed."""
    world.superuser.execute(
        "update store.employment_stock set grade_a = -1, labour_force = labour_force + 5 where county_code = %s",
        (GEJIU,),
    )
    gate.gate_marts(world.build)
    counted = dict(
        world.superuser.execute(
            "select check_name, unexpected_rows from ops.check_result"
            " where suite = 'employment_stock' and unit = any(%s) and gate = 2",
            ([GEJIU, PREFECTURE],),
        ).fetchall()
    )
    assert counted["grade_a.not_negative"] == 2
    assert counted["labour_force.counties_add_up"] is None


def test_a_night_is_released_only_for_a_reason(world: World) -> None:
    introduce_defect(world, "employment_stock.labour_force.counties_add_up")
    gate.gate_marts(world.build)
    with pytest.raises(UserError, match="critical checks failed"):
        publication.publish_or_hold(world.build)
    with pytest.raises(UserError, match="reason"):
        publication.release_night(world.build, "")
    assert shown(world) is None
    assert publication.release_night(world.build, "the bureau knows") == world.build


def release(delivery: int) -> list[int]:
    """What an operator releases: the numbers of the deliveries."""
    return publication.release_delivery(delivery, "the county confirms it")


def test_a_released_delivery_passes_gate_2_as_well(world: World) -> None:
    introduce_defect(world, "orphans.employment.known_share")
    (number,) = gate.gate_marts(world.build).held
    assert release(number) == [number]
    for night in (world.resume, partial(world.begin, date(2024, 5, 2))):
        build_on(world, night)
        certificate = gate.gate_marts(world.build)
        assert (certificate.held, certificate.critical_failed) == ((), 0)
        assert publication.publish(world.build) == world.build
        (waiver,) = world.superuser.execute(
            "select max(waiver) from ops.check_result where build = %s and gate = 2 and not success", (world.build,)
        ).fetchone() or ("",)
        assert waiver == "operator_of_tests: the county confirms it"


def build_on(world: World, night: Callable[[], int]) -> None:
    """Another night, or the same once more: gate 1 accepts all, and every model is written."""
    night()
    world.superuser.execute("update ops.delivery set status = 'accepted' where status = 'landed'")
    world.mark_written()


def test_a_release_does_not_let_a_later_correction_pass_gate_2(world: World) -> None:
    introduce_defect(world, "orphans.employment.known_share")
    release(*gate.gate_marts(world.build).held)
    build_on(world, world.resume)
    gate.gate_marts(world.build)
    publication.publish(world.build)
    world.begin()
    corrected = world.deliver("employment", GEJIU, DAY, [spell(GEJIU, n) for n in range(WORKERS)], revision=2)
    world.mark_written()
    assert gate.gate_marts(world.build).held == (corrected,)


def test_a_release_of_an_earlier_night_waives_no_failure_of_other_feeds(world: World) -> None:
    """Rows of the register are missing, of which no feed is named as the cause; the workers were released."""
    introduce_defect(world, "orphans.employment.known_share")
    release(*gate.gate_marts(world.build).held)
    build_on(world, world.resume)
    gate.gate_marts(world.build)
    publication.publish(world.build)
    build_on(world, world.begin)
    introduce_defect(world, "reconciliation.persons_with_a_state.persons")
    certificate = gate.gate_marts(world.build)
    assert (certificate.held, certificate.critical_failed) == ((), 1)
    assert not certificate.is_clean


def test_a_released_delivery_stays_while_another_cause_of_the_same_night_is_held(world: World) -> None:
    """What is found may be due to the workers, who are released, or to what else the county sent tonight."""
    introduce_defect(world, "orphans.employment.known_share")
    release(*gate.gate_marts(world.build).held)
    build_on(world, world.resume)
    introduce_defect(world, "reconciliation.persons_with_a_state.persons")
    first = gate.gate_marts(world.build)
    assert gate.gate_marts(world.build) == first  # of the same rows: those of the others are still there
    others = [("labor_register", GEJIU), ("public_post", GEJIU)]
    assert held_deliveries(world) == others
    gate.void_certificate(world.build)
    # It is found without the others as well: so it is of what was released.
    assert gate.gate_marts(world.build).is_clean
    assert held_deliveries(world) == others


def test_only_a_delivery_on_hold_can_be_released(world: World) -> None:
    accepted = world.superuser.execute("select min(delivery_id) from ops.delivery").fetchone()
    for number in (99999, *(accepted or ())):
        with pytest.raises(UserError) as refused:
            release(number)
        assert str(number) in refused.value.message
    assert world.superuser.execute("select count(*) from ops.waiver").fetchone() == (0,)


# --- nothing bypasses the gate: the pointer stays where it is -----------------------------------------------------


def shown(world: World) -> int | None:
    row = world.superuser.execute("select publication from ops.pointer").fetchone()
    assert row
    return None if row[0] is None else int(row[0])


def is_refused(world: World) -> bool:
    with pytest.raises(UserError):
        publication.publish(world.build)
    return shown(world) is None


ROLES = (
    "wh_loader",
    "wh_transformer",
    "wh_gate",
    "wh_analyst",
    "wh_auditor",
    "wh_returner",
    "wh_publisher",
    "county_532501",
)
BY_HAND = (
    "update ops.pointer set publication = 1",
    "insert into ops.publication (publication, report_date, digest) values (1, '2024-05-01', 0)",
    "delete from ops.pointer",
)


def test_no_role_moves_the_pointer_itself(world: World) -> None:
    for role in ROLES:
        for statement in (*BY_HAND, *(() if role == "wh_publisher" else ("select ops.publish(1)",))):
            with pytest.raises(psycopg.Error), database.connect(role) as connection:
                connection.execute(statement)
    assert shown(world) is None


def test_a_night_whose_gate_was_marked_a_success_by_hand_is_refused(world: World) -> None:
    assert is_refused(world)


EMPTIED = ("target_progress", "reported_labor_register")
EMPTIED_TOO = ("employment_stock", "dim_division", "fct_person_state")


@pytest.mark.parametrize("model", [*EMPTIED, *(pytest.param(m, marks=pytest.mark.torture) for m in EMPTIED_TOO)])
def test_an_emptied_table_is_not_certified_clean(world: World, model: str) -> None:
    world.superuser.execute(sql.SQL("delete from store.{}").format(sql.Identifier(model)))
    assert not gate.gate_marts(world.build).is_clean
    assert is_refused(world)


def test_a_store_without_any_row_is_not_certified_clean(world: World) -> None:
    for (model,) in world.superuser.execute("select model from ops.store_rows()").fetchall():
        world.superuser.execute(sql.SQL("delete from store.{}").format(sql.Identifier(model)))
    assert not gate.gate_marts(world.build).is_clean
    assert is_refused(world)


AFTER_THE_CERTIFICATE = {
    "the rows change": "update store.target_progress set actual_value = actual_value + 1",
    "it is older than the night": "update ops.certificate set issued_at = issued_at - interval '1 day'",
    "it lacks a check": "update ops.certificate set checks_run = checks_run - 1",
    "a landed row is added": "insert into landing.public_post select * from landing.public_post limit 1",
    "a landed row changes": "update landing.public_post set line = line + 1000 where line = 2",
    "a delivery is withdrawn": "update ops.delivery set status = 'withdrawn' where delivery_id = 1",
    "a threshold is switched off": "update seeds.setting set enabled = not enabled",
    "a rule is decided": "insert into ops.rule_decision values ('account_shared', '2024-05-01', true, 'me', 'letter')",
    "a model was not written": "delete from ops.model_version where model = 'youth_monitor'",
    "another night was begun": "update ops.build set status = 'abandoned';"
    " insert into ops.build (report_date, run_id, base) values ('2024-05-02', 'another', 0)",
}


@pytest.mark.parametrize("statement", AFTER_THE_CERTIFICATE.values(), ids=AFTER_THE_CERTIFICATE)
def test_a_certificate_is_void_once(certified: World, statement: str) -> None:
    certified.superuser.execute(statement.encode())
    assert is_refused(certified)


@pytest.fixture
def own_suites(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the suites that a test may change."""
    folder = tmp_path / "expectations" / "warehouse"
    shutil.copytree(settings.project_root() / "expectations", folder.parent)
    shutil.copytree(settings.project_root() / "dbt_project", tmp_path / "dbt_project")
    monkeypatch.setenv("WAREHOUSE_PROJECT", str(tmp_path))
    return folder


INVALID_SUITES = {
    "it is empty": "",
    "it has no frame": "{}",
    "a frame expects nothing": "a: {query: 'select 1 as unit', expectations: []}",
    "a frame has no query": "a: {expectations: [{}]}",
    "a key is misspelt": "a: {querry: 'select 1', expectations: []}",
    "a key is given twice": "a: {query: 'select 1 as unit', rows_at_least: 1, rows_at_least: 0, expectations:"
    " [{name: x, type: expect_column_values_to_not_be_null, kwargs: {column: unit}, severity: critical, zh: a,"
    " en: a}]}",
    "a limit is not a number": "a: {query: 'select 1 as unit, 1 as value', expectations: [{name: x, type:"
    " expect_column_values_to_be_between, kwargs: {column: value, min_value: zero}, severity: critical, zh: a,"
    " en: a}]}",
    "it is of an unknown feed": "a: {each_feed: [wages], query: 'select 1 as unit', expectations: [{name: x, type:"
    " expect_column_values_to_not_be_null, kwargs: {column: unit}, severity: critical, zh: a, en: a}]}",
    "it is of no feed kind": "a: {each_feed: register, query: 'select 1 as unit', expectations: [{name: x, type:"
    " expect_column_values_to_not_be_null, kwargs: {column: unit}, severity: critical, zh: a, en: a}]}",
    "the type is unknown": "a: {query: 'select 1 as unit', expectations: [{name: x, type: expect_the_best,"
    " severity: critical, zh: a, en: a}]}",
}


def test_an_invalid_suite_stops_the_gate(own_suites: Path, world: World) -> None:
    for content in INVALID_SUITES.values():
        (own_suites / "zz.yaml").write_text(content)
        with pytest.raises(UserError) as stopped:
            gate.gate_marts(world.build)
        assert stopped.value.code == "suite_invalid"
    assert is_refused(world)


def test_no_suite_at_all_stops_the_gate(own_suites: Path, world: World) -> None:
    shutil.rmtree(own_suites)
    with pytest.raises(SuiteError):
        gate.gate_marts(world.build)
    assert is_refused(world)


UNPROVEN = {
    "the query fails": ("select no_such_column as unit from ops.tonight", "{column: value, min_value: 0}"),
    "there are no rows": ("select '1' as unit, 1 as value where false", "{column: value, min_value: 0}"),
    "a value is missing": ("select '1' as unit, null::float8 as value", "{column: value, min_value: 0}"),
}


def test_an_expectation_that_proves_nothing_fails(own_suites: Path, world: World) -> None:
    for query, kwargs in UNPROVEN.values():
        (own_suites / "one.yaml").write_text(
            f'frame: {{query: "{query}", expectations: [{{name: x, type: expect_column_values_to_be_between,'
            f" kwargs: {kwargs}, severity: critical, zh: 甲, en: a}}]}}"
        )
        assert not gate.gate_marts(world.build).is_clean, query
        assert is_refused(world)


def test_what_could_not_be_checked_is_not_waived(own_suites: Path, world: World) -> None:
    """Its certificate stays incomplete, and the night held: that is seen."""
    query, kwargs = UNPROVEN["the query fails"]
    (own_suites / "one.yaml").write_text(
        f'frame: {{query: "{query}", expectations: [{{name: x, type: expect_column_values_to_be_between,'
        f" kwargs: {kwargs}, severity: critical, zh: 甲, en: a}}]}}"
    )
    world.superuser.execute(
        "insert into ops.waiver (check_name, unit, valid_from, valid_to, granted_by, reason)"
        " values ('one.frame.x', %s, %s, %s, 'a', 'the query is wrong')",
        (PREFECTURE, DAY, DAY),
    )
    gate.gate_marts(world.build)
    found = world.superuser.execute(
        "select success, waiver from ops.check_result where check_name = 'frame.x' and gate = 2"
    ).fetchall()
    assert found == [(False, None)]
    with pytest.raises(UserError, match="不能豁免"):
        publication.grant_waiver("one.frame.x", PREFECTURE, DAY, date(2024, 5, 9), "the query is wrong")


def test_the_certificate_names_the_suites_by_their_bytes_and_counts_the_rows(certified: World) -> None:
    row = certified.superuser.execute("select suite_versions, row_counts from ops.certificate").fetchone()
    assert row is not None
    versions, counts = row
    for path in (settings.project_root() / "expectations" / "warehouse").glob("*.yaml"):
        assert versions[path.stem] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert counts["dim_person"] == len(COUNTIES) * PERSONS
