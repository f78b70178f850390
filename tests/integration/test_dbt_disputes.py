"""Labour disputes by the county that handles them, through dbt on a real server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.kit.reported import COUNTY, OTHER, dispute, person

PREFECTURE = "532500"
MARTS = "+dispute_monitor,resource_type:model"


@pytest.fixture
def courts(nights: Any) -> Any:
    nights.select = MARTS
    return nights


def month(nights: Any, county: str, first: str) -> dict[str, Any]:
    """A month's figures that are neither 0 nor empty."""
    (row,) = nights.records("select * from marts.dispute_monitor where county_code = %s and month = %s", county, first)
    return {name: value for name, value in row.items() if value not in (0, None)} | {"obs_status": row["obs_status"]}


def test_disputes_by_month_of_each_step(courts: Any) -> None:
    """Late cases, left-out cases, many applicants and steps that are reported before they happen."""
    courts.deliver("labor_register", COUNTY, "2024-04-01", [person("D1"), person("D5", population_category="general")])
    open_ones = [
        dispute("D1", "2024-04-10", accepted_on="2024-04-15"),  # 46 days old on 31 May
        dispute("D2", "2024-05-10", accepted_on="2024-05-12", closed_on="2024-06-02", result="mediated"),
        *(dispute("D3", "2024-05-23", applicant, dispute_type="severance") for applicant in ("a", "b", "c")),
        dispute("D4", "2024-05-24", dispute_type="work_injury"),  # five working days wait on 31 May
        dispute("D5", "2024-04-08", accepted_on="2024-04-10", mediated_on="2024-04-14", heard_on="2024-05-02",
                closed_on="2024-05-15", result="awarded", amount_claimed=None),
    ]  # fmt: skip
    courts.deliver("labor_dispute", COUNTY, "2024-05-24", [
        *open_ones,
        dispute("left out", "2024-04-02", dispute_type="other"),
        dispute("aged out", "2023-01-05", accepted_on="2023-01-06", closed_on="2024-04-03", result="withdrawn"),
    ])  # fmt: skip
    courts.deliver("labor_dispute", COUNTY, "2024-05-31", open_ones)
    courts.deliver("labor_register", COUNTY, "2024-05-31", [person("D1")])
    # The court of a county without a register counts in the prefecture alone; its numbers are its own.
    courts.deliver("labor_dispute", OTHER, "2024-05-31", [dispute("D1", "2024-05-31", "D1", OTHER)])
    courts.night("2024-05-31")

    assert month(courts, COUNTY, "2024-04-01") == {
        "report_date": month(courts, COUNTY, "2024-04-01")["report_date"], "county_code": COUNTY,
        "month": month(courts, COUNTY, "2024-04-01")["month"],
        "filed": 3, "accepted": 2, "mediated": 1, "closed": 1, "cases_filed": 3, "open_cases": 3, "waiting_over_5d": 1,
        "median_days_accept": Decimal("3.5"), "median_days_mediate": Decimal("4.0"),
        "median_days_close": Decimal("453.0"), "closed_withdrawn": 1, "amount_claimed": Decimal("2000.00"),
        # D5 was registered on the day, as general population; the one who was left out never was.
        "of_which_poverty_alleviated": 1, "unpaid_wages": 2, "obs_status": "E",
    }  # fmt: skip
    may = month(courts, COUNTY, "2024-05-01")
    assert {name: may.get(name) for name in (
        "filed", "accepted", "mediated", "heard", "closed", "cases_filed", "open_cases", "open_over_45d",
        "waiting_over_5d", "left_out", "closed_awarded", "closed_mediated", "amount_claimed", "severance",
        "work_injury", "median_days_accept", "median_days_hear", "median_days_close", "obs_status",
    )} == {
        "filed": 5, "accepted": 1, "mediated": None, "heard": 1, "closed": 1, "cases_filed": 3, "open_cases": 6,
        "open_over_45d": 1, "waiting_over_5d": 3, "left_out": 1, "closed_awarded": 1, "closed_mediated": None,
        "amount_claimed": Decimal("5000.00"), "severance": 3, "work_injury": 1, "median_days_accept": Decimal("2.0"),
        "median_days_hear": Decimal("22.0"), "median_days_close": Decimal("35.0"), "obs_status": "A",
    }  # fmt: skip
    whole = month(courts, PREFECTURE, "2024-05-01")
    assert (whole["filed"], whole["cases_filed"], whole["open_cases"], whole["counties_reporting"]) == (6, 4, 7, 1)
    # The prefecture's applicant of the other county is poverty-alleviated by the register of this one.
    assert (may.get("of_which_poverty_alleviated"), whole["of_which_poverty_alleviated"]) == (None, 1)


def test_a_dispute_is_overdue_from_the_day_after_the_last_one_allowed(courts: Any) -> None:
    courts.deliver("labor_register", COUNTY, "2024-05-01", [person("anyone")])
    courts.deliver("labor_dispute", COUNTY, "2024-05-29", [
        dispute("closing", "2024-04-10", accepted_on="2024-04-15"), dispute("waiting", "2024-05-22"),
    ])  # fmt: skip
    late = "select open_over_45d, waiting_over_5d from marts.dispute_monitor where county_code = %s"
    courts.night("2024-05-29")
    assert courts.rows(late, COUNTY) == [(0, 0)]
    courts.night("2024-05-30")  # the 45th day after acceptance, the sixth working day after filing
    assert courts.rows(late, COUNTY) == [(0, 1)]
    courts.night("2024-05-31")
    assert courts.rows(late, COUNTY) == [(1, 1)]


def test_a_warehouse_without_disputes_or_a_register(courts: Any) -> None:
    courts.deliver("labor_dispute", COUNTY, "2024-05-01", [dispute("D1", "2024-05-01")])
    courts.night("2024-05-01")
    assert courts.rows("select * from marts.dispute_monitor") == []
    courts.deliver("labor_register", OTHER, "2024-05-02", [person("anyone", OTHER)])
    courts.night("2024-05-02")
    assert courts.rows("select county_code, filed, median_days_close from marts.dispute_monitor order by 1") == [
        (PREFECTURE, 1, None), (OTHER, 0, None),
    ]  # fmt: skip
