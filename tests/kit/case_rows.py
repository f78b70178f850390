"""What the tables of a chapter's case stand for in the warehouse: rows of landing, with what the case leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.kit.chapters import ALIASES, DIVISIONS, Case, Reported, Row

from employment_warehouse.contract import PLATFORM

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
# Keys that hold in the whole prefecture: each case has its own.
OWN_KEYS = {"project_no", "batch_no", "order_id", "posting_id", "application_id"}


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
