"""Which months a night has to compute, and the counts at month ends to which it adds what moved."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.kit.relief import contract, project
from tests.kit.reported import COUNTY, person, report, spell

PEOPLE = [person("works"), person("idle")]


def begin_months(nights: Any) -> None:
    """The register since 10 January, and a job since February; published on 10 January and 20 April 2024."""
    nights.select = "+changed_month,resource_type:model"
    report(nights, COUNTY, "2024-01-10", PEOPLE, [])
    nights.night("2024-01-10")
    report(nights, COUNTY, "2024-04-20", PEOPLE, [spell("works", start_date="2024-02-05")])
    nights.night("2024-04-20")


@pytest.fixture
def months(nights_after: Any) -> Any:
    return nights_after(begin_months)


def changed(nights: Any) -> list[date]:
    return [month for (month,) in nights.rows("select month from tonight.changed_month order by 1")]


def first_days(*months: int) -> list[date]:
    return [date(2024, month, 1) for month in months]


def test_the_first_night_computes_every_month_since_the_first_register(nights: Any) -> None:
    nights.select = "+changed_month,resource_type:model"
    report(nights, COUNTY, "2024-02-10", PEOPLE, [])
    report(nights, COUNTY, "2024-04-20", PEOPLE, [spell("works", start_date="2023-06-01")])
    nights.night("2024-04-20")
    assert changed(nights) == first_days(2, 3, 4)


def test_a_month_is_computed_once_more_after_its_end(months: Any) -> None:
    months.night("2024-04-21")
    assert changed(months) == first_days(4)
    months.night("2024-06-02")
    assert changed(months) == first_days(4, 5, 6)
    months.night("2024-06-03")
    assert changed(months) == first_days(6)


def test_a_job_that_ended_changes_only_the_months_since(months: Any) -> None:
    months.night("2024-05-01")
    report(months, COUNTY, "2024-05-02", PEOPLE, [spell("works", start_date="2024-02-05", end_date="2024-04-30")])
    months.night("2024-05-02")
    assert changed(months) == first_days(5)


def test_a_job_that_was_reported_late_changes_the_months_that_it_covers(months: Any) -> None:
    months.night("2024-05-01")
    spells = [
        spell("works", start_date="2024-02-05"),
        spell("idle", start_date="2024-02-20", end_date="2024-03-03"),
    ]
    report(months, COUNTY, "2024-05-02", PEOPLE, spells)
    months.night("2024-05-02")
    assert changed(months) == first_days(2, 3, 5)


def test_without_a_register_no_month_is_computed(nights: Any) -> None:
    nights.select = "+changed_month,resource_type:model"
    nights.night("2024-04-20")
    assert changed(nights) == []


MONTH_ENDS = ["month_end_register", "month_end_employment", "month_end_income"]
NAMES = [f"person {number}" for number in range(12)]


def begin_month_ends(nights: Any) -> None:
    """Twelve persons since 10 January, six of them at work; published on 30 March 2024."""
    nights.select = "+month_end_register +month_end_employment +month_end_income"
    nights.deliver("relief_project", "532529YG001", "2024-01-10", [project()])
    for day in ("2024-01-10", "2024-02-20", "2024-03-30"):
        report(nights, COUNTY, day, [person(name) for name in NAMES], jobs(NAMES[:6]))
    nights.night("2024-03-30")


def jobs(names: list[str], **content: Any) -> list[dict[str, Any]]:
    return [spell(name, start_date="2023-11-01", **content) for name in names]


@pytest.fixture
def month_ends(nights_after: Any) -> Any:
    return nights_after(begin_month_ends)


def test_month_ends_counted_by_night_are_those_of_a_whole_computation(month_ends: Any) -> None:
    """Over two ends of months, with late and corrected files, raises, contracts, moves, and people who come and go."""
    people = [person(name) for name in NAMES]
    moved = [person(name, township_code=f"{COUNTY}102") for name in NAMES[:2]]
    waiting = [person(name, job_intention="nearby", population_category="unstable") for name in NAMES[8:]]
    snapshots = {
        "2024-03-31": [("2024-03-31", people, [*jobs(NAMES[:3]), *jobs(NAMES[3:6], monthly_wage="2500")])],
        "2024-04-01": [("2024-02-15", people, jobs(NAMES[2:8], monthly_wage="1500"))],
        "2024-04-02": [("2024-04-02", [*moved, *people[2:8], *waiting], jobs(NAMES[:4], labor_brand="建水陶工"))],
        "2024-04-30": [("2024-03-30", people, jobs(NAMES[:5], work_division_code=COUNTY, industry="C"))],
        "2024-05-01": [],
        "2024-05-02": [("2024-05-02", people[1:], jobs(NAMES[4:]))],
    }
    month_ends.deliver(
        "relief_contract", "532529YG001", "2024-04-01",
        [contract(name, onsite_from="2024-03-31") for name in (NAMES[0], NAMES[7])],
    )  # fmt: skip
    for night, files in snapshots.items():
        for day, register, spells in files:
            report(month_ends, COUNTY, day, register, spells)
        month_ends.night(night)
    assert all(month_ends.rows(f"select 1 from store.{model} where to_build is not null") for model in MONTH_ENDS)
    by_night = [month_ends.digest(model) for model in MONTH_ENDS]
    month_ends.connection.execute("truncate " + ", ".join(f"store.{model}" for model in MONTH_ENDS))
    month_ends.connection.execute("delete from ops.build where build > (select max(publication) from ops.publication)")
    month_ends.night("2024-05-02")
    assert [month_ends.digest(model) for model in MONTH_ENDS] == by_night
