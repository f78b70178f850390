"""Chapters of the definition of marts: Markdown files with tables of reports and of the figures expected of them.

A chapter has cases (`## …`). In a case a caption introduces the table below it:

    employment of A on 2024-05-01:        what county A reported; `project P1`, `batch B1` and `platform` likewise
    employment of A from 2024-05-01:      the same again on each later night, until another table replaces it
    employment of A on 2024-05-01: nil    a nil return, without a table
    …, arrives on 2024-05-03:             a late file, or a correction of the date's earlier one
    Night of 2024-05-04.                  a night without expectations
    Night of 2024-05-04, held.            it is built and not published; `, again`: published twice; `, rolled back`
    In a warehouse of its own.            of a case that depends on which nights there were
    Rule `rotated` is on.
    Setting `dispute_close_days` is 60 from the night of 2024-05-04.
    County A is a key county.
    Target `rural_employed` of A is 4 by 2024-12-31, from 0 on 2024-01-01.
    Cells of a public table:              indicator, part_of, complement, and its counties with the prefecture …
    Printed:                              … and what is printed of them
    employment_flow on 2024-05-31, week 2024-05-13:      all rows of the mart for the case's counties after that night

Persons, accounts, projects, batches and platform items have names of the case alone; counties are A, B, …, townships
A1, A2, …, and A0 is the township of what has none. What a table leaves out has the value of `ORDINARY`. A person whom
no register of the case lists is registered where the case first names him: aged 34, able to work, poverty-alleviated,
alone in his household. `python -m tests.kit.chapters` writes docs/definitions.md from the chapters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from employment_warehouse import settings
from employment_warehouse.contract import PLATFORM

FOLDER = Path(__file__).parents[1] / "spec" / "marts"
HEADING = """\
# 口径与算例 · Definitions by example

Written by `make definitions` from the chapters in `tests/spec/marts`, which are tests: each table of reports is loaded
into a warehouse, and each table of figures is compared with its marts. Counties are A, B, …; townships A1, A2, …; what
a table does not show is ordinary (a person of 34 years, able to work, poverty-alleviated, alone in the household).
Numbers of days and persons are those of the default settings.
本文由测试用例生成：上报表写入数据仓库，结果表与各监测表逐格比对。A、B……为县市，A1、A2……为乡镇；
表中未列的为通常情形；天数、人数按默认参数。
"""
REPORTED = re.compile(
    r"^`?(?P<feed>\w+)`? of (?P<unit>[A-Z]|platform|(?:project|batch) \w+) (?P<how>on|from) (?P<on>[\d-]{10})"
    r"(?:, arrives on (?P<arrives>[\d-]{10}))?: ?(?P<nil>nil)?$"
)
EXPECTED = re.compile(r"^`?(?P<mart>\w+)`? on (?P<on>[\d-]{10})(?P<where>(?:, \w+ [^,:]+)*): ?(?P<none>none)?$")
NIGHT = re.compile(r"^Night of (?P<on>[\d-]{10})(?:, (?P<fate>held|again|rolled back))?\.$")
RULE = re.compile(r"^Rule `(?P<finding>\w+)` is on\.$")
SETTING = re.compile(r"^Setting `(?P<name>\w+)` is (?P<value>\S+) from the night of (?P<on>[\d-]{10})\.$")
TARGET = re.compile(
    r"^Target `(?P<code>\w+)` of (?P<county>[A-H]) is (?P<value>\d+) by (?P<deadline>[\d-]{10})"
    r"(?:, from (?P<baseline>\d+) on (?P<since>[\d-]{10}))?\.$"
)
KEY_COUNTY = re.compile(r"^County (?P<county>[A-H]) is a key county\.$")

Row = dict[str, str]


@dataclass
class Reported:
    """What a unit reported for a date; `repeated`: again on each later night."""

    feed: str
    unit: str
    on: date
    arrives: date | None
    repeated: bool
    rows: list[Row] = field(default_factory=list)


@dataclass
class Expected:
    """All rows of a mart for the counties of the case after a night; of those with the given values only."""

    mart: str
    on: date
    where: Mapping[str, str]
    rows: list[Row] = field(default_factory=list)


@dataclass
class Case:
    """One situation: what was reported, on which nights, and the figures expected."""

    chapter: str
    title: str
    reported: list[Reported] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)
    nights: set[date] = field(default_factory=set)
    fates: dict[date, str] = field(default_factory=dict)
    """Of nights that are not published once and for good."""
    rules: set[str] = field(default_factory=set)
    settings: dict[date, tuple[str, str]] = field(default_factory=dict)
    key_counties: set[str] = field(default_factory=set)
    targets: list[Mapping[str, str | None]] = field(default_factory=list)
    cells: list[Row] = field(default_factory=list)
    printed: list[Row] = field(default_factory=list)
    stands_alone: bool = False

    def __str__(self) -> str:
        return f"{self.chapter} {self.title.split('.')[0]}"

    @property
    def counties(self) -> list[str]:
        """The letters of its counties, in order."""
        places = {
            cell[0]
            for table in self.reported + self.expected
            for row in table.rows
            for column, cell in row.items()
            if ALIASES.get(column, column) in DIVISIONS and re.fullmatch(r"[A-H]\d?", cell)
        }
        return sorted(places | {table.unit for table in self.reported if len(table.unit) == 1} | {"A"})

    @property
    def warehouse(self) -> str:
        """Cases of the same may share one: those with the same nights, where these or a rule matter."""
        is_whole = any("prefecture" in row.values() for table in self.expected for row in table.rows)
        if is_whole or self.fates or self.settings or self.key_counties:
            return str(self)
        if self.stands_alone or self.rules:
            return f"{sorted(map(str, self.nights))} {bool(self.rules)}"
        return ""


def chapters() -> Iterator[Path]:
    """The files of all chapters, by name."""
    return iter(sorted(FOLDER.glob("*.md")))


def cases() -> list[Case]:
    """The cases of all chapters, in order."""
    return [case for path in chapters() for case in _cases_of(path)]


def _cases_of(path: Path) -> list[Case]:
    found: list[Case] = []
    table: list[Row] | None = None
    header: list[str] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("## "):
            found.append(Case(path.stem, line[3:]))
            table = None
        elif line == "In a warehouse of its own.":
            found[-1].stands_alone = True
        elif not found:
            continue
        elif line.startswith("|") and table is not None:
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not header:
                header = cells
            elif not set(line) <= set("|-: "):
                table.append(dict(zip(header, cells, strict=True)))
        elif line.rstrip().endswith((":", ": nil", ": none")):
            table, header = _caption(found[-1], line, f"{path.name}, line {number}"), []
        elif line.startswith(("Night of ", "Rule `", "Setting `", "Target `", "County ")):
            _condition(found[-1], line, f"{path.name}, line {number}")
    return found


def _condition(case: Case, line: str, where: str) -> None:
    if night := NIGHT.match(line):
        on = date.fromisoformat(night["on"])
        case.nights.add(on)
        if night["fate"]:
            case.fates[on] = night["fate"]
    elif rule := RULE.match(line):
        case.rules.add(rule["finding"])
    elif setting := SETTING.match(line):
        case.settings[date.fromisoformat(setting["on"])] = (setting["name"], setting["value"])
    elif target := TARGET.match(line):
        case.targets.append(target.groupdict())
    elif county := KEY_COUNTY.match(line):
        case.key_counties.add(county["county"])
    else:
        raise ValueError(f"{where}: not a condition: {line}")


def _caption(case: Case, line: str, where: str) -> list[Row]:
    """The rows of the table that a caption announces, yet to be filled."""
    if line == "Cells of a public table:":
        return case.cells
    if line == "Printed:":
        return case.printed
    if reported := REPORTED.match(line):
        table = Reported(
            reported["feed"],
            reported["unit"],
            date.fromisoformat(reported["on"]),
            date.fromisoformat(reported["arrives"]) if reported["arrives"] else None,
            reported["how"] == "from",
        )
        case.reported.append(table)
        return table.rows
    if expected := EXPECTED.match(line):
        on = date.fromisoformat(expected["on"])
        pairs = [part.split(" ", 1) for part in expected["where"].removeprefix(", ").split(", ") if part]
        figures = Expected(expected["mart"], on, dict(pairs))
        case.expected.append(figures)
        case.nights.add(on)
        return figures.rows
    raise ValueError(f"{where}: not a caption: {line}")


PERSON = {"birth_date": "1990-03-04", "sex": "female"}
# The values of a feed's row that the case does not give; `{county}` is the reporting county.
ORDINARY: Mapping[str, Mapping[str, Any]] = {
    "labor_register": PERSON | {
        "relation_to_head": "户主", "township_code": "{county}101", "village_code": "{county}101001",
        "population_category": "lifted_out", "is_relocated": False, "work_capacity": "ordinary", "in_school": False,
    },
    "employment": PERSON | {
        "channel": "enterprise", "work_division_code": "440300", "monthly_wage": "4000", "employer_name": "Plant",
        "start_date": "2024-01-01", "updated_on": "2024-01-01",
    },
    "public_post": PERSON | {
        "post_category": "guard", "township_code": "{county}101", "village_code": "{county}101001",
        "start_date": "2024-01-01", "is_full_time": False, "monthly_subsidy": "500", "post_no": "1",
    },
    "public_post_payment": PERSON | {"post_no": "1", "days_present": 22, "amount_due": "500", "amount_paid": "500"},
    "workshop": {
        "workshop_name": "Workshop", "township_code": "{county}101", "recognised_on": "2023-01-01",
        "status": "operating", "workers": 0, "poverty_alleviated_workers": 0,
    },
    "resettlement_site": {
        "site_name": "Site", "township_code": "{county}101", "households": 0, "residents": 0, "labour_force": 0,
        "reserved_jobs": 0,
    },
    "employment_service": PERSON | {"agency": "Agency", "service_type": "skill_training"},
    "labor_dispute": PERSON | {"employer_name": "Plant", "dispute_type": "unpaid_wages"},
    "youth_support": PERSON | {"school": "School", "level": "secondary_vocational", "enrolled_on": "2021-09-01"},
    "job_event": {"event_type": "job_fair", "employers": 1, "posts_offered": 0, "participants": 0, "intents": 0},
    "labor_cooperation": {
        "partner_division_code": "440300", "cooperation_type": "east_west", "signed_on": "2023-01-01",
        "planned_workers": 0,
    },
    "relief_project": {
        "project_name": "Road", "county_code": "A", "township_code": "A1", "project_type": "small_infrastructure",
        "total_investment": "1000000", "relief_funds": "100000", "planned_remuneration": "30000", "planned_workers": 0,
        "started_on": "2024-01-01", "planned_completion_on": "2024-12-31", "owner_unit": "Owner",
        "contractor": "Builder",
    },
    "relief_contract": PERSON | {"daily_wage": "100", "onsite_from": "2024-01-01", "signed_on": "2024-01-01"},
    "relief_payroll": PERSON | {"days_worked": 20, "amount_due": "2000", "amount_paid": "2000", "crew": ""},
    "bank_return": {"result": "success"},
    "job_postings": {"channel": "site", "headcount": 1, "employer_name": "Plant", "title": "Worker"},
    "applications": PERSON | {"status": "applied"},
    "gig_orders": PERSON | {"market_code": "M1", "township_code": "A1", "hours": "8", "task": "Task"},
}  # fmt: skip
DIVISIONS = {
    "county_code", "township_code", "village_code", "work_division_code", "partner_division_code", "partner_code",
}  # fmt: skip
# Keys that hold in the whole prefecture: each case has its own.
OWN_KEYS = {"project_no", "batch_no", "order_id", "posting_id", "application_id"}
ALIASES = {
    "person": "person_key",
    "approver": "approver_key",
    "account": "account_key",
    "assistance_worker": "assistance_worker_key",
    "county": "county_code",
}


@dataclass
class Names:
    """What the names of one case stand for in the warehouse: the codes of its counties, and a prefix for its keys."""

    counties: Mapping[str, str]
    prefix: str
    token: Any
    persons: dict[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str:
        """The column of the warehouse that a table's heading names."""
        return ALIASES.get(name, name)

    def value(self, column: str, cell: str) -> str | None:
        """A cell as the warehouse stores it; an empty one is NULL."""
        if cell == "":
            return None
        if column in DIVISIONS and re.fullmatch(r"[A-H]\d?", cell):
            county = self.counties[cell[0]]
            return county + {"": "", "0": "000"}.get(cell[1:], f"10{cell[1:]}")
        if column in OWN_KEYS:
            return f"{self.prefix}{cell}"
        if column.endswith("_key"):
            key = self.token(f"{self.prefix}{cell}")
            self.persons[key] = cell
            return str(key)
        if re.fullmatch(r"\d{4}-\d{2}", cell):
            return f"{cell}-01"
        return cell

    def unit(self, unit: str) -> str:
        """The unit of a delivery."""
        if unit == "platform":
            return PLATFORM
        return self.counties[unit] if len(unit) == 1 else f"{self.prefix}{unit.split()[1]}"

    def row(self, table: Reported, row: Row) -> dict[str, Any]:
        """A row of landing: what the case gives, else the ordinary values."""
        county = self.counties.get(table.unit, self.counties["A"])
        given = {self.column(name): self.value(self.column(name), cell) for name, cell in row.items()}
        usual = {
            name: value.format(county=county) if isinstance(value, str) else value
            for name, value in ORDINARY[table.feed].items()
        }
        usual = {name: self.value(name, value) if isinstance(value, str) else value for name, value in usual.items()}
        if len(table.unit) == 1:
            usual["county_code"] = county
        if table.unit.startswith("project"):
            usual["project_no"] = self.unit(table.unit)
        if table.unit.startswith("batch"):
            usual["batch_no"] = self.unit(table.unit)
        if table.feed == "labor_register":
            usual["household_no"] = f"H-{row['person']}"
        return usual | given


def rendered() -> str:
    """docs/definitions.md: the chapters one after another, with their contents first."""
    texts = {path.stem: path.read_text("utf-8") for path in chapters()}
    titles = {mart: f"{mart} · {_name_zh(mart)}" for mart in texts}
    contents = "".join(f"- [{title}](#{_anchor(title)})\n" for title in titles.values())
    bodies = "\n".join(
        re.sub(r"^#", "##", text.replace(f"# {mart}\n", f"# {titles[mart]}\n", 1), flags=re.MULTILINE)
        for mart, text in texts.items()
    )
    return f"{HEADING}\n{contents}\n{bodies}"


def _name_zh(mart: str) -> str:
    """Its name in its YAML, without the remarks after it."""
    [path] = (settings.project_root() / "dbt_project" / "models").rglob(f"{mart}.yml")
    [zh] = [
        each["config"]["meta"]["zh"]
        for each in yaml.safe_load(path.read_text("utf-8"))["models"]
        if each["name"] == mart
    ]
    return re.split("[（：]", zh)[0]


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def with_registers(case: Case) -> list[Reported]:
    """What the case reports, with the registers of those whom it names and does not register."""
    given = {table.unit for table in case.reported if table.feed == "labor_register"}
    registered = {row["person"] for table in case.reported if table.feed == "labor_register" for row in table.rows}
    first = min((table.on for table in case.reported), default=min(case.nights))
    registers = {
        county: Reported("labor_register", county, first, None, repeated=True)
        for county in case.counties if county not in given
    }  # fmt: skip
    for table in case.reported:
        for row in table.rows:
            county = table.unit if len(table.unit) == 1 else "A"
            if (person := row.get("person")) and person not in registered and county in registers:
                registers[county].rows.append({"person": person})
                registered.add(person)
    return [*registers.values(), *case.reported]


def arrivals(tables: list[Reported], nights: list[date]) -> Iterator[tuple[date, Reported, date]]:
    """When each report arrives (a night), and of which date it is."""
    for table in tables:
        yield table.arrives or _first(nights, table.on), table, table.on
        if not table.repeated:
            continue
        successors = [
            other.on for other in tables
            if (other.feed, other.unit) == (table.feed, table.unit) and other.on > table.on
        ]  # fmt: skip
        until = min(successors, default=date.max)
        for night in nights:
            if table.on < night < until:
                yield night, table, night


def _first(nights: list[date], on: date) -> date:
    return min((night for night in nights if night >= on), default=on + timedelta(days=1))


if __name__ == "__main__":
    (FOLDER.parents[2] / "docs" / "definitions.md").write_text(rendered(), encoding="utf-8")
