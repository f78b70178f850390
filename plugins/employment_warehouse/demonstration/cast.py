"""The planted people: each has one story, written by hand; the manifest lists the expected rows.

They are in the data at any size; the crowd is added around them. Counties and months are fixed in the stories,
days are counted from the nights.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from employment_warehouse.demonstration import identities, months
from employment_warehouse.demonstration.counties import COUNTIES
from employment_warehouse.demonstration.employers import Employers
from employment_warehouse.demonstration.manifest import Case, Fault, Trace
from employment_warehouse.demonstration.sender import Row

COUNTY = {county.code: county for county in COUNTIES}
Unit = tuple[str, str, date]
"""Feed, unit, report date."""

SILENT_COUNTY = "532528"
"""Sends nothing on the second night."""
LATE_COUNTY = "532531"
"""Sends the second night's employment only before the third."""
CORRECTED_COUNTY = "532524"
"""Sends the first night's employment again, corrected, before the second."""
RESENT_COUNTY = "532525"
"""Sends the first night's register twice."""
EVENING_COUNTY = "532527"
"""Sends the first night's employment after the hour."""
NIL_COUNTY = "532532"
"""Has no public posts and sends a nil return."""
SPLIT_COUNTY = "532504"
"""Sends employment in two parts."""
GROWING_COUNTY = "532529"
"""Has an upload that never ends."""
AFFAIRS_COUNTY = "532523"
"""Has the planted cases of posts, services, agreements and disputes."""


@dataclass(frozen=True)
class Person:
    id_number: str
    full_name: str
    county: str
    household: str
    township: str
    account: str


@dataclass
class Cast:
    """All planted rows, by feed, unit and report date, and the faults that they show."""

    nights: Sequence[date]
    employers: Employers
    month_ends: Sequence[date] = ()
    """Before the first night; the registers of the crowd begin with the earliest of them."""
    rows: dict[Unit, list[Row]] = field(default_factory=lambda: defaultdict(list))
    corrections: dict[object, Mapping[str, object] | None] = field(default_factory=dict)
    """ID number → the values of its row before the correction; None: the row was not there."""
    gig_orders: list[dict[str, object]] = field(default_factory=list)
    postings: list[dict[str, object]] = field(default_factory=list)
    applications: list[dict[str, object]] = field(default_factory=list)
    """Each to the posting in the same place."""
    faults: list[Fault] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    _people: int = 0
    _projects: int = 0

    @property
    def began(self) -> date:
        """The date of the first register."""
        return self.month_ends[0] if self.month_ends else self.nights[0]

    # -- what the stories are made of

    def person(self, county: str, age: int, *, male: bool = True, household: str | None = None) -> Person:
        """Someone who was `age` on the first night, in a household of their own or in one that is named."""
        self._people += 1
        k = self._people
        born = self.nights[0].replace(day=1) - timedelta(days=round(age * 365.2425) + 40 + k)
        number = identities.id_number(county, f"{born:%Y%m%d}", 801 + 2 * (k % 99) + (0 if male else 1))
        name = identities.SURNAMES[k % len(identities.SURNAMES)] + identities.GIVEN[3 * k % 90]
        towns = COUNTY[county].township_codes()
        account = str(identities.bank_accounts(np.array([900_000_000 + k]))[0])
        return Person(
            number, name, county, household or f"H{county}9{k:05d}", towns[k % 2 if household is None else 0], account
        )

    def night(self, number: int) -> date:
        """Night `number` (from 0), or a day after the last one, for which nothing is expected."""
        return self.nights[number] if number < len(self.nights) else self.nights[-1] + timedelta(days=number)

    def at(self, nights: Iterable[int], feed: str, unit: str, row: Row) -> None:
        """Put a row into a snapshot of the given nights (by number, from 0)."""
        for night in nights:
            self.rows[feed, unit, self.nights[night]].append(row)

    def every_night(self) -> range:
        """Numbers of all nights."""
        return range(len(self.nights))

    def register(
        self, person: Person, other: Mapping[str, object] | None = None, nights: Iterable[int] | None = None
    ) -> None:
        """Enter a person in their county's register, or in the county that `other` names."""
        row = register_row(person) | dict(other or {})
        self.at(self._all(nights), "labor_register", str(row["county_code"]), Row(row))

    def resident(self, county: str, age: int = 35, **other: object) -> Person:
        """A person who is on the register every night."""
        person = self.person(county, age)
        self.register(person, other)
        return person

    def spell(  # noqa: PLR0913
        self,
        person: Person,
        start: date,
        end: date | None = None,
        *,
        nights: Iterable[int] | None = None,
        reported_by: str | None = None,
        other: Mapping[str, object] | None = None,
    ) -> None:
        """A spell in the employment register of the person's county, or of the county that reports it."""
        row = Row(self.spell_row(person, start, end) | dict(other or {}))
        self.at(self._all(nights), "employment", reported_by or person.county, row)

    def spell_row(self, person: Person, start: date, end: date | None = None) -> dict[str, object]:
        """Work at an enterprise in Guangdong."""
        division, name, uscc, industry, _, _ = self.employers.table.row(self._people % 20)
        return {
            "id_number": person.id_number,
            "full_name": person.full_name,
            "channel": "enterprise",
            "work_division_code": division,
            "employer_name": name,
            "employer_uscc": uscc,
            "industry": industry,
            "occupation": "普工",
            "start_date": start,
            "end_date": end,
            "monthly_wage": 420_000,
            "has_contract": True,
            "is_organised": False,
            "is_reserved_job": False,
            "updated_on": max(start, self.nights[0] - timedelta(days=20)),
        }

    def before_correction(self, rows: Sequence[Row]) -> list[Row]:
        """The corrected county's rows as they were first sent."""
        before = ((row, self.corrections.get(row.values["id_number"], {})) for row in rows)
        return [Row({**row.values, **values}, row.cells, row.rejected) for row, values in before if values is not None]

    def fault(self, code: str, title_zh: str, title_en: str, *traces: Trace) -> None:
        """Record a fault and the rows expected in the generated nights."""
        generated = [trace for trace in traces if trace.night in self.nights]
        if generated:
            self.faults.append(Fault(code, title_zh, title_en, generated))

    def case(self, kind: str, finding: str, *key: object, lines: int = 1, nights: Iterable[int] | None = None) -> None:
        """A case that is open on the given nights (all, if none are given)."""
        open_on = [self.nights[night] for night in self._all(nights) if night < len(self.nights)]
        if open_on:
            self.cases.append(Case(kind, finding, [str(part) for part in key], lines, open_on))

    def reject(self, feed: str, unit: str, code: str, title: tuple[str, str], row: Row) -> None:
        """Plant a row that is rejected every night."""
        assert row.rejected is not None
        self.at(self.every_night(), feed, unit, row)
        self.fault(code, *title, rejection(feed, unit, self.nights[0], row, self.nights[0]))

    def _all(self, nights: Iterable[int] | None) -> Iterable[int]:
        return self.every_night() if nights is None else nights


def rejection(feed: str, unit: str, report_date: date, row: Row, night: date) -> Trace:
    """The expected row of the vault for a rejected row."""
    assert row.rejected is not None
    column, reason = row.rejected
    key = {"feed": feed, "unit": unit, "report_date": report_date}
    return Trace("vault.rejected_row", night, key, {"column_name": column, "reason": reason})


def register_row(person: Person) -> dict[str, object]:
    """A person as a register has them: general household, able, not at school."""
    return {
        "id_number": person.id_number,
        "full_name": person.full_name,
        "household_no": person.household,
        "relation_to_head": "户主",
        "county_code": person.county,
        "township_code": person.township,
        "village_code": f"{person.township}201",
        "population_category": "general",
        "is_relocated": False,
        "work_capacity": "ordinary",
        "in_school": False,
        "education": "junior_high",
        "job_intention": "away",
        "is_low_income": False,
    }


def post_row(person: Person, number: str, start: date) -> dict[str, object]:
    """A part-time cleaner's post."""
    return {
        "post_no": number,
        "post_category": "保洁员",
        "township_code": person.township,
        "village_code": f"{person.township}201",
        "holder": person.id_number,
        "full_name": person.full_name,
        "start_date": start,
        "term_months": 12,
        "is_full_time": False,
        "monthly_subsidy": 50_000,
    }


def story_month(first: date) -> date:
    """The last month whose agreed pay date (the 15th after) was over two days before the first night."""
    return months.after(months.first_of(first), -1 if first.day >= 18 else -2)
