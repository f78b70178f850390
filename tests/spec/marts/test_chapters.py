"""The definition of the marts, case by case: the tables of the chapters beside this file, on dbt and a real server.

Cases share a warehouse: each has counties of its own, of a prefecture with 99. Those that say something of the whole
prefecture have a warehouse each. `-k` with a chapter's or a case's name builds only what these need.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import psycopg
import pytest
from tests.conftest import fresh_warehouse
from tests.kit.chapters import Case, Expected, Names, Reported, arrivals, cases, rendered, with_registers
from tests.kit.nights import Nights
from tests.kit.people import token

from employment_warehouse.database.embedded import Server
from employment_warehouse.settings import project_root

pytestmark = pytest.mark.slow
PREFECTURE, COUNTIES = "532500", 99
PLATFORM = ("gig_orders", "applications", "job_postings")


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


def worlds(chosen: list[Case]) -> Iterator[World]:
    """As few warehouses as the cases need."""
    shared: list[Case] = []
    for case in chosen:
        if case.is_alone:
            yield World([case])
        elif sum(len(other.counties) for other in [*shared, case]) > COUNTIES:
            yield World(shared)
            shared = [case]
        else:
            shared.append(case)
    if shared:
        yield World(shared)


def build(world: World, connection: psycopg.Connection) -> None:
    """All nights of a world; what each expectation finds is kept."""
    serve(connection, world.divisions())
    nights = Nights(connection, select="tag:core tag:mart,resource_type:model")
    dates = sorted({night for case in world.cases for night in case.nights})
    incoming = [
        (night, case, table, on)
        for case in world.cases
        for night, table, on in arrivals(with_registers(case), sorted(case.nights))
    ]
    for night in dates:
        deliver(nights, world, night, [(case, table, on) for when, case, table, on in incoming if when == night])
        nights.night(night)
        for case in world.cases:
            for expected in case.expected:
                if expected.on == night:
                    world.found[id(expected)] = figures(nights, expected, world.names[str(case)])


def serve(connection: psycopg.Connection, codes: list[str]) -> None:
    """The prefecture has the counties of the cases."""
    connection.execute("delete from seeds.division where level = 'county'")
    for code in codes:
        connection.execute(
            "insert into seeds.division (division_code, level, parent_code, name_zh, name_en, is_verified)"
            " values (%s, 'county', %s, %s, %s, true)",
            (code, PREFECTURE, f"某县{code}", f"County {code}"),
        )


def deliver(nights: Nights, world: World, night: date, tables: list[tuple[Case, Reported, date]]) -> None:
    """What arrives for a night: of each unit its report; of the platform one report of all cases."""
    items: dict[str, list[dict[str, Any]]] = {feed: [] for feed in PLATFORM}
    for case, table, on in tables:
        names = world.names[str(case)]
        rows = [names.row(table, row) for row in table.rows]
        if table.feed in PLATFORM:
            items[table.feed] += rows
        else:
            nights.deliver(table.feed, names.unit(table.unit), on, rows)
    for feed, rows in items.items():
        stamped = [{"updated_at": f"{night} 12:00+08"} | row for row in rows]
        nights.deliver(feed, "hr_platform", night, stamped)


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
        if value[:6] in letters and len(value) == len("532500101"):
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
        if item.path == request.path and hasattr(item, "callspec")
    ]
    found = {}
    for world in worlds(chosen):
        with pytest.MonkeyPatch.context() as patch, fresh_warehouse(warehouse_server, patch) as connection:
            build(world, connection)
        found |= {key: (world, rows) for key, rows in world.found.items()}
    return found


@pytest.mark.parametrize("case", cases(), ids=str)
def test_case(case: Case, built: dict[int, tuple[World, list[dict[str, Any]]]]) -> None:
    assert case.expected
    for expected in case.expected:
        world, rows = built[id(expected)]
        names = world.names[str(case)]
        wanted = [{name: text(cell) for name, cell in row.items()} for row in expected.rows]
        found = [as_shown(expected, row, names) for row in rows]
        assert sorted(map(str, found)) == sorted(map(str, wanted)), f"{expected.mart} on {expected.on}"


def test_the_definitions_are_those_of_the_chapters() -> None:
    path = project_root() / "docs" / "definitions.md"
    assert path.read_text("utf-8") == rendered(), "run: make definitions"
