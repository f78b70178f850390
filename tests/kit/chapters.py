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
A1, A2, …, and A0 is the township of what has none. What a table leaves out has an ordinary value. A person whom
no register of the case lists is registered where the case first names him: aged 34, able to work, poverty-alleviated,
alone in his household (`kit.case_rows`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "spec" / "marts"
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

DIVISIONS = {
    "county_code", "township_code", "village_code", "work_division_code", "partner_division_code", "partner_code",
}  # fmt: skip
ALIASES = {
    "person": "person_key",
    "approver": "approver_key",
    "account": "account_key",
    "assistance_worker": "assistance_worker_key",
    "county": "county_code",
}

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
