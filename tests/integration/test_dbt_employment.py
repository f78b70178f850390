"""From what counties report to who is employed: facts and target marts through dbt on a real server."""

from __future__ import annotations

import uuid
from typing import Any

import pytest


def token(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


def person(name: str, county: str = "532528", **other: Any) -> dict[str, Any]:
    """A row of a labour register: of working age, able, poverty-alleviated, alone in the household."""
    return {
        "person_key": token(name), "birth_date": "1990-03-04", "sex": "female", "household_no": f"H-{name}",
        "relation_to_head": "户主", "county_code": county, "township_code": f"{county}101", "village_code": f"{county}101001",
        "population_category": "lifted_out", "is_relocated": False, "work_capacity": "ordinary", "in_school": False,
    } | other  # fmt: skip


def spell(name: str, employer: str = "示例电子厂", start: str = "2024-03-01", county: str = "532528", **other: Any) -> dict[str, Any]:
    """A row of an employment register: an open enterprise spell in Guangdong."""
    return {
        "county_code": county, "person_key": token(name), "birth_date": "1990-03-04", "sex": "female", "channel": "enterprise",
        "work_division_code": "440300", "employer_name": employer, "start_date": start, "monthly_wage": "4200.00",
        "updated_on": "2024-04-20",
    } | other  # fmt: skip


def test_a_night_counts_who_is_employed(nights: Any) -> None:
    nights.deliver("labor_register", "532528", "2024-05-01", [
        person("works"), person("does not", is_relocated=True), person("at school", in_school=True),
        person("turns sixteen", birth_date="2008-05-03"),
    ])  # fmt: skip
    nights.deliver("employment", "532528", "2024-05-01", [spell("works"), spell("at school")])
    nights.night("2024-05-01")
    print(nights.records("select * from marts.target_progress where county_code in ('532528', '532500')"))
    print(nights.records("select * from marts.employment_stock"))
    print(nights.records("select * from marts.zero_employment_household"))
    print(nights.records("select * from marts.zero_employment_summary where open_cases > 0"))
    print(nights.records("select * from marts.fct_person_state"))
    assert 0
