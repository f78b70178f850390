"""Which months a night has to compute: the open ones, and those in which it changed a fact."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.integration.test_dbt_employment import COUNTY, person, report, spell
from tests.kit.people import token

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


def test_a_payment_changes_the_month_worked(months: Any) -> None:
    months.night("2024-05-01")
    months.deliver(
        "public_post_payment", COUNTY, "2024-05-02",
        [{"person_key": token("idle"), "post_no": "P1", "period": "2024-02-01", "days_present": 22, "amount_due": 800,
          "amount_paid": 800}],
    )  # fmt: skip
    months.night("2024-05-02")
    assert changed(months) == first_days(2, 5)


def test_without_a_register_no_month_is_computed(nights: Any) -> None:
    nights.select = "+changed_month,resource_type:model"
    nights.night("2024-04-20")
    assert changed(nights) == []
