"""The definition of the marts, case by case: the tables of the chapters beside this file, on dbt and a real server.

Cases share a warehouse: each has counties of its own, of a prefecture with 99. Those that say something of the whole
prefecture, or change a setting, have a warehouse each; those that depend on which nights there were, one with others
that have the same. `-k` with a chapter's or a case's name builds only what these need.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import Any

import psycopg
import pytest
from tests.conftest import fresh_warehouse
from tests.kit.case_rows import Names, arrivals, with_registers
from tests.kit.chapters import Case, Expected, Reported, cases
from tests.kit.definitions import rendered
from tests.kit.nights import Nights
from tests.kit.people import token

from employment_warehouse import publication
from employment_warehouse.contract import PLATFORM, platform_feeds
from employment_warehouse.database.embedded import Server
from employment_warehouse.settings import project_root

# The first case waits for the nights of all of them.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
PREFECTURE, COUNTIES = "532500", 99


@dataclass
class World:
    """The cases of one warehouse, with the names of each, and what its marts showed."""

    cases: list[Case]
    names: dict[str, Names] = field(default_factory=dict)
    found: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    def divisions(self) -> list[str]:
        """The codes of all its counties, given to the cases in order."""
        codes = iter(f"{PREFECTURE[:4]}{number:02d}" for number in range(1, COUNTIES + 1))
        for number, case in enumerate(self.cases):
            letters = {letter: next(codes) for letter in case.counties}
            self.names[str(case)] = Names(letters, f"C{number}", token)
        return [code for names in self.names.values() for code in names.counties.values()]


def worlds(chosen: list[Case]) -> Iterable[World]:
    """As few warehouses as the cases need, with few nights: cases of the same time share one."""
    of: dict[str, list[World]] = defaultdict(lambda: [World([])])
    for case in sorted(chosen, key=lambda case: (min(case.nights), max(case.nights))):
        if sum(len(other.counties) for other in [*of[case.warehouse][-1].cases, case]) > COUNTIES:
            of[case.warehouse].append(World([]))
        of[case.warehouse][-1].cases.append(case)
    return chain.from_iterable(of.values())


def build(world: World, connection: psycopg.Connection) -> None:
    """All nights of a world; what each expectation finds is kept."""
    serve(connection, world)
    marts = sorted({expected.mart for case in world.cases for expected in case.expected})
    nights = Nights(connection, select=" ".join(f"+{mart},resource_type:model" for mart in marts))
    dates = sorted({night for case in world.cases for night in case.nights})
    fates = {night: fate for case in world.cases for night, fate in case.fates.items()}
    settings = {night: setting for case in world.cases for night, setting in case.settings.items()}
    incoming = [
        (night, case, table, on)
        for case in world.cases
        for night, table, on in arrivals(with_registers(case), sorted(case.nights))
    ]
    for night in dates:
        deliver(nights, world, night, [(case, table, on) for when, case, table, on in incoming if when == night])
        if night in settings:
            connection.execute("update seeds.setting set value = %s where name = %s", settings[night][::-1])
        run(nights, night, fates.get(night))
        for case in world.cases:
            for expected in case.expected:
                if expected.on == night:
                    world.found[id(expected)] = figures(nights, expected, world.names[str(case)])


def run(nights: Nights, on: date, fate: str | None) -> None:
    """A night, and what becomes of it."""
    build = nights.start(on)
    nights.build(build)
    if fate == "held":
        return
    published = nights.publish(build)
    if fate == "again":
        nights.night(on)
    if fate == "rolled back":
        publication.roll_back(published, [], "a wrong formula")


def serve(connection: psycopg.Connection, world: World) -> None:
    """The prefecture has the counties of the cases, and the rules that they want."""
    connection.execute("delete from seeds.division where level = 'county'")
    codes = world.divisions()
    key = {world.names[str(case)].counties[letter] for case in world.cases for letter in case.key_counties}
    for code in codes:
        connection.execute(
            "insert into seeds.division"
            " (division_code, level, parent_code, name_zh, name_en, is_verified, key_county_level)"
            " values (%s, 'county', %s, %s, %s, true, %s)",
            (code, PREFECTURE, f"某县{code}", f"County {code}", "national" if code in key else None),
        )
    for case in world.cases:
        for target in case.targets:
            set_target(connection, world.names[str(case)].counties[target["county"] or ""], target)
    for finding in {rule for case in world.cases for rule in case.rules}:
        first = min(night for case in world.cases for night in case.nights)
        publication.decide_rule(finding, first, enabled=True, legal_basis="a test")


def set_target(connection: psycopg.Connection, county: str, target: Mapping[str, str | None]) -> None:
    """The county's target, in place of what the seed has for its code."""
    key = {"county": county, "code": target["code"]}
    connection.execute("delete from seeds.target where county_code = %(county)s and target_code = %(code)s", key)
    connection.execute(
        "insert into seeds.target (county_code, target_code, valid_from, target_value, baseline_value, baseline_on,"
        " deadline, is_demonstration) values (%(county)s, %(code)s, '2024-01-01', %(value)s, %(baseline)s, %(since)s,"
        " %(deadline)s, true)",
        {**target, **key},
    )


def deliver(nights: Nights, world: World, night: date, tables: list[tuple[Case, Reported, date]]) -> None:
    """What arrives for a night: of each unit its report; of the platform one report of all cases."""
    items: dict[str, list[dict[str, Any]]] = {feed: [] for feed in platform_feeds().values()}
    for case, table, on in tables:
        names = world.names[str(case)]
        rows = [names.row(table, row) for row in table.rows]
        if table.feed in items:
            items[table.feed] += rows
        else:
            nights.deliver(table.feed, names.unit(table.unit), on, rows)
    for feed, rows in items.items():
        stamped = [{"updated_at": f"{night} 12:00+08"} | row for row in rows]
        nights.deliver(feed, PLATFORM, night, stamped)


def figures(nights: Nights, expected: Expected, names: Names) -> list[dict[str, Any]]:
    """The rows of a mart for the counties of a case."""
    rows = nights.rows(f"select to_jsonb(shown)::text from marts.{expected.mart} as shown")
    shown = [json.loads(text, parse_float=Decimal) for (text,) in rows]
    counties = {
        *names.counties.values(),
        *([PREFECTURE] if any("prefecture" in r.values() for r in expected.rows) else []),
    }
    where = {names.column(name): names.value(names.column(name), cell) for name, cell in expected.where.items()}
    return [
        row for row in shown
        if row.get("county_code", next(iter(counties))) in counties
        and all(text(row[column]) == text(value) for column, value in where.items())
    ]  # fmt: skip


def text(value: Any) -> str:
    """A figure as a table shows it: numbers without trailing zeros."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(map(text, value))
    try:
        return format(Decimal(str(value)).normalize(), "f")
    except InvalidOperation:
        return str(value)


def as_shown(expected: Expected, row: dict[str, Any], names: Names) -> dict[str, str]:
    """A found row in the words of the table that it is compared with."""
    letters = {code: letter for letter, code in names.counties.items()} | {PREFECTURE: "prefecture"}

    def shown(value: Any) -> str:
        if not isinstance(value, str):
            return text(value)
        if value in names.persons:
            return names.persons[value]
        if value[:6] in letters and len(value) == len("532500101") and value.isdigit():
            return letters[value[:6]] + ("0" if value.endswith("000") else value[-1])
        for code, letter in letters.items():
            value = value.replace(code, letter)
        return text(value.removeprefix(names.prefix))

    columns = expected.rows[0] if expected.rows else row
    return {name: shown(row[names.column(name)]) for name in columns}


@pytest.fixture(scope="module")
def built(warehouse_server: Server, request: pytest.FixtureRequest) -> dict[int, tuple[World, list[dict[str, Any]]]]:
    """What every expectation of the chosen cases found, and in which world."""
    chosen = [
        item.callspec.params["case"]
        for item in request.session.items
        if item.path == request.path and item.name.startswith("test_case[")
    ]
    found = {}
    for world in worlds(chosen):
        with pytest.MonkeyPatch.context() as patch, fresh_warehouse(warehouse_server, patch) as connection:
            build(world, connection)
        found |= {key: (world, rows) for key, rows in world.found.items()}
    return found


@pytest.mark.parametrize("case", [case for case in cases() if case.cells], ids=str)
def test_public_table(case: Case, warehouse: psycopg.Connection) -> None:
    places = [name for name in case.cells[0] if name not in ("indicator", "part_of", "complement")]
    cells = [
        {
            "indicator": row["indicator"],
            "county_code": PREFECTURE if place == "prefecture" else place,
            "value": row[place],
        }
        | {name: row.get(name) or None for name in ("part_of", "complement")}
        for row in case.cells
        for place in places
    ]
    hidden = warehouse.execute("select indicator, county_code from ops.hidden_cells(%s, 10)", (json.dumps(cells),))
    gone = {(indicator, "prefecture" if code == PREFECTURE else code) for indicator, code in hidden}
    printed = [
        {"indicator": row["indicator"]}
        | {place: "…" if (row["indicator"], place) in gone else row[place] for place in places}
        for row in case.cells
    ]
    assert printed == case.printed


@pytest.mark.parametrize("case", [case for case in cases() if not case.cells], ids=str)
def test_case(case: Case, built: dict[int, tuple[World, list[dict[str, Any]]]]) -> None:
    assert case.expected
    for expected in case.expected:
        world, rows = built[id(expected)]
        names = world.names[str(case)]
        wanted = [{name: text(cell) for name, cell in row.items()} for row in expected.rows]
        found = [as_shown(expected, row, names) for row in rows]
        assert sorted(map(str, found)) == sorted(map(str, wanted)), f"{expected.mart} on {expected.on}"


def test_the_definitions_are_those_of_the_chapters() -> None:
    docs = project_root() / "docs"
    assert (docs / "definitions.md").read_text("utf-8") == rendered(), "run: make definitions"
    report = (docs / "reliability.md").read_text("utf-8")
    assert f"{len(cases())} cases" in report and f"{len(cases())} 个算例" in report
