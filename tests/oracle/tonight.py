"""What is known on one night: the world, its pay, jobs and status, and what earlier nights published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from .pay import Line, Pay
from .state import DAY, FOREVER, PREFECTURE, Dated, World, codes_of, employer, normalised
from .status import Status

Expected = dict[str, Any]


class Stretch(NamedTuple):
    """A job (C6): an unbroken run of days of one person with one employer."""

    person: str
    employer_key: str
    start: date
    end: date
    names: frozenset[str]
    """Normalised names of the employer in its spells."""


@dataclass(frozen=True, eq=False)
class Published:
    """An earlier night's publication: its report date and rows by mart."""

    report_date: date
    marts: dict[str, list[Expected]]


class Arrival(NamedTuple):
    """A delivery that a night took in."""

    feed: str
    unit: str
    report_date: date
    revision: int
    rows: int = 0
    rejected: int = 0
    is_held: bool = False
    months: frozenset[date] = frozenset()
    """Of a period feed the months of its rows."""


@dataclass(eq=False)
class Tonight:
    """One night."""

    world: World
    nights: Sequence[date]
    """Report dates of the nights so far, tonight's the last."""
    earlier: Sequence[Published] = field(default_factory=tuple)
    arrivals: Sequence[list[Arrival]] = field(default_factory=tuple)
    """What each night took in, tonight the last."""
    marts: dict[str, list[Expected]] = field(default_factory=dict)
    """What is calculated so far, for the marts that read others."""
    finals: Mapping[date, int] = field(default_factory=dict)
    """Closed month → which of `earlier` is final for it."""

    def __post_init__(self) -> None:
        self.today, self.seeds = self.world.today, self.world.seeds
        self.pay = Pay(self.world)
        self.status = Status(self.world, self.nights, self.pay)

    def number(self, setting: str) -> int:
        """A setting that is a whole number."""
        return int(self.seeds.setting(setting, self.today))

    def last_published(self, until: date) -> Published | None:
        """The last publication of a report date up to a day."""
        found = [p for p in self.earlier if p.report_date <= until]
        return found[-1] if found else None

    @cached_property
    def jobs(self) -> dict[str, list[Stretch]]:
        """ID number → jobs of the employment registers, the earliest first."""
        by_person: dict[str, list[Dated]] = defaultdict(list)
        for spell in self.world.spells:
            by_person[spell.row["id_number"]].append(spell)
        # What a corrected row said of the employer counts no more.
        codes = codes_of(spell.row for spell in self.world.spells)
        return {person: _jobs_of(person, spells, codes) for person, spells in by_person.items()}

    @cached_property
    def hires(self) -> list[Stretch]:
        """Jobs that began when the person was in the labour force."""
        return [j for jobs in self.jobs.values() for j in jobs if self.world.is_able(j.person, j.start)]

    def worked_for(self, person: str, employer_key: str, first: date, last: date) -> bool:
        """Whether a job of that employer ended in a stretch of days."""
        return any(
            j.employer_key == employer_key and first <= j.end <= last and j.end <= self.today
            for j in self.jobs.get(person, [])
        )

    @cached_property
    def lines(self) -> list[Line]:
        """All payroll lines in force."""
        return self.pay.relief_lines + self.pay.post_lines

    def county_of_line(self, line: Line) -> str:
        """The project's county, or the one that pays the post."""
        return self.world.project_county(line.unit) if line.feed == "relief_payroll" else line.unit


def _jobs_of(person: str, spells: list[Dated], codes: dict[tuple[str, str], str]) -> list[Stretch]:
    by_employer: dict[str, list[Dated]] = defaultdict(list)
    for spell in spells:
        by_employer[employer(spell.row, codes)].append(spell)
    found: list[Stretch] = []
    for key, of_employer in by_employer.items():
        joined: list[Stretch] = []
        for spell in sorted(of_employer, key=lambda s: s.start):
            name = frozenset([normalised(spell.row["employer_name"])])
            last = joined[-1] if joined else None
            if last and (last.end == FOREVER or spell.start <= last.end + DAY):
                joined[-1] = last._replace(end=max(last.end, spell.end), names=last.names | name)
            else:
                joined.append(Stretch(person, key, spell.start, spell.end, name))
        found += joined
    return sorted(found, key=lambda j: j.start)


def here(county: str, of: str) -> bool:
    """Whether something of one county counts in a county's row, or in the prefecture's."""
    return county in (of, PREFECTURE)


def paid_by(t: Tonight, row: Mapping[str, Any], column: str) -> Decimal:
    """What was paid by today: nothing of what is to be paid on a later day."""
    return Decimal(0) if row["paid_on"] and row["paid_on"] > t.today else Decimal(row[column] or 0)
