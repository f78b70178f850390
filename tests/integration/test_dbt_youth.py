"""Students and graduates of the Yulu Plan Plus, through dbt on a real server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.kit.people import token
from tests.kit.reported import COUNTY, OTHER, person, report, spell, study

PREFECTURE = "532500"
SECONDARY, HIGHER = "secondary_vocational", "higher_vocational"


@pytest.fixture
def schools(nights: Any) -> Any:
    nights.select = "+youth_monitor,resource_type:model"
    return nights


def cells(nights: Any, county: str, level: str) -> dict[int, dict[str, Any]]:
    """The figures of a county and level that are neither 0 nor empty, by year of graduation."""
    rows = nights.records("select * from marts.youth_monitor where county_code = %s and level = %s", county, level)
    keys = ("report_date", "county_code", "level", "graduation_year", "obs_status")
    return {
        row["graduation_year"]: {name: value for name, value in row.items() if name not in keys and value}
        for row in rows
    }


def test_outcomes_of_graduates(schools: Any) -> None:
    """By the evidence first, then by the report; half a year without work counts from the last day of it."""
    studies = [
        study("works", "2023-07-01"),
        study("is said to work", "2023-07-31", outcome="employed", assistance_worker_key=None),
        study("worked until 31 January", "2023-07-01"),
        study("worked until 1 February", "2023-07-01"),
        study("studies on", "2023-07-01"),
        study("studies on", "2026-07-01", level=HIGHER, enrolled_on="2023-09-01"),
        study("is said to study on", "2023-07-01", outcome="further_study"),
        study("is a soldier", "2023-07-01", outcome="military"),
        study("has two certificates", "2023-06-01", outcome="military", enrolled_on="2020-09-01"),
        study("has two certificates", "2023-07-01", outcome="military"),
        study("died", "2023-07-01"),
        study("graduates today", "2024-07-31"),
        study("student", None),
        study("comes next term", None, enrolled_on="2024-09-01"),
    ]
    spells = [
        spell("works", start_date="2024-07-31"),
        spell("worked until 31 January", end_date="2024-01-31", start_date="2023-08-01"),
        spell("worked until 1 February", end_date="2024-02-01", start_date="2023-08-01"),
        spell("graduates today", start_date="2024-08-01"),
    ]
    report(schools, COUNTY, "2024-07-30", [person("died", deceased_on="2024-03-01")], [])
    report(schools, COUNTY, "2024-07-31", [person("studies on")], spells)
    schools.deliver("youth_support", COUNTY, "2024-07-31", studies)
    schools.deliver("employment_service", COUNTY, "2024-07-28", [
        {"county_code": COUNTY, "record_no": number, "person_key": token(name), "birth_date": "2004-03-04",
         "sex": "female", "service_type": "career_guidance", "served_on": on, "agency": "县人社局"}
        for number, name, on in (
            ("F1", "worked until 31 January", "2023-07-01"), ("F2", "worked until 31 January", "2024-02-01"),
            ("F3", "works", "2023-06-30"), ("F4", "studies on", "2024-02-01"),
            ("F5", "has two certificates", "2024-03-01"),
        )
    ])  # fmt: skip
    schools.night("2024-07-31")
    secondary = {
        2023: {
            "graduates": 9, "employed": 1, "employed_reported": 1, "in_further_study": 2, "military": 3,
            # One who is said to work, a year after graduation; one whose last day of work was half a year ago.
            "unemployed_6m": 2, "unemployed_12m": 1,
            "services_received": 4, "graduates_served": 3,
            "with_assistance_worker": 8, "plan_coverage": Decimal("0.8889"),
        },
        2024: {"graduates": 1, "with_assistance_worker": 1, "plan_coverage": Decimal("1.0000")},
        0: {"students": 1, "with_assistance_worker": 1, "plan_coverage": Decimal("1.0000")},
    }  # fmt: skip
    higher = {2026: {"students": 1, "with_assistance_worker": 1, "plan_coverage": Decimal("1.0000")}}
    for place in (COUNTY, PREFECTURE):
        assert cells(schools, place, SECONDARY) == secondary
        assert cells(schools, place, HIGHER) == higher
        assert cells(schools, place, "all") == secondary | higher


def test_allowances_of_students_who_stay_and_who_disappear(schools: Any) -> None:
    due = {"allowance_due": 1500, "allowance_paid": 0}
    stays = [
        study("is owed a term", "2026-07-01", allowance_term="2023秋季学期", **due),
        study("is owed a term", "2026-07-01", allowance_term="2024春季学期", allowance_due=1500, allowance_paid=1500),
        study("studies in two counties", "2026-07-01", level=HIGHER),
    ]
    report(schools, COUNTY, "2024-05-01", [person("is owed a term")], [])
    report(schools, OTHER, "2024-05-01", [person("studies in two counties", OTHER)], [])
    old_term, new_term = (
        study("has a new term", "2026-07-01", allowance_term=term, allowance_due=amount, allowance_paid=paid)
        for term, amount, paid in (("2023秋季学期", 300, 100), ("2024春季学期", 500, 500))
    )
    schools.deliver("youth_support", COUNTY, "2024-04-30", [
        *stays, old_term,
        study("vanishes", "2026-07-01", allowance_term="2023秋季学期", allowance_due=900),
    ])  # fmt: skip
    new_term = study(
        "has a new term", "2026-07-01", allowance_term="2024春季学期", allowance_due=500, allowance_paid=500
    )
    schools.deliver("youth_support", COUNTY, "2024-05-01", [
        *stays, new_term,
        study("vanishes", "2026-07-01", allowance_term="2024春季学期", allowance_due=1500, allowance_paid=500),
        study("graduated", "2024-01-01", allowance_due=700),
    ])  # fmt: skip
    schools.deliver("youth_support", OTHER, "2024-05-01", [study("studies in two counties", "2026-07-01")])
    # The last snapshot, without one who still studied and one who did not.
    schools.deliver("youth_support", COUNTY, "2024-05-02", [*stays, new_term])
    # A county without a register counts in the prefecture alone.
    schools.deliver("youth_support", "532501", "2024-05-02", [study("of a third county", "2030-07-01")])
    schools.night("2024-05-02")

    covered = {"plan_coverage": Decimal("1.0000")}
    graduated = {"graduates": 1, "allowance_due": 700, "allowance_arrears": 700, "with_assistance_worker": 1} | covered
    owed = {
        # Terms of its own: 1,500 unpaid of 3,000, and 200 of 800; only the last snapshot's term of the one who is gone.
        "students": 2, "allowance_due": 3800, "allowance_paid": 2100, "allowance_arrears": 1700,
        "arrears_left_out": 1000, "with_assistance_worker": 2,
    } | covered  # fmt: skip
    student = {"students": 1, "with_assistance_worker": 1} | covered
    assert cells(schools, COUNTY, "all") == cells(schools, COUNTY, SECONDARY) == {2024: graduated, 2026: owed}
    # The county with the later snapshot says what he studies; he belongs where he is registered.
    assert cells(schools, OTHER, "all") == cells(schools, OTHER, HIGHER) == {2026: student}
    assert cells(schools, "532501", "all") == {}
    assert cells(schools, PREFECTURE, "all") == {
        2024: graduated, 2026: owed | {"students": 3, "with_assistance_worker": 3}, 2030: student,
    }  # fmt: skip
    assert schools.rows(
        "select allowance_term, due, paid from marts.fct_study_term where person_key = %s order by 1", token("vanishes")
    ) == [("2024春季学期", 1500, 500)]
