"""The headline figures of every day: as known tonight, whatever nights were built."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.kit.marts import progress
from tests.kit.reported import COUNTY, OTHER, due, person, report, spell

from employment_warehouse.transform.runs import run_models

PEOPLE = [
    person("works"),
    person("jobless", is_relocated=True),
    person("seasonal", population_category="general"),
    person("turns 16 on 2 January", birth_date="2008-01-02"),
]
WORKS = spell("works", start_date="2023-03-01")
SEASONAL = spell("seasonal", "示例农场", start_date="2023-06-01", end_date="2023-08-31", work_division_code=COUNTY)
FOUND = spell("jobless", "示例饭店", start_date="2024-01-01", work_division_code=OTHER)
MODELS = "int_headline_step headline_series"


def begin_winter(nights: Any) -> None:
    """A night on 30 December 2023, and one on 2 January 2024; none between them."""
    nights.select = "+headline_series,resource_type:model"
    report(nights, COUNTY, "2023-12-30", PEOPLE, [WORKS, SEASONAL])
    nights.night("2023-12-30")
    report(nights, COUNTY, "2024-01-02", PEOPLE, [WORKS, SEASONAL, FOUND])
    nights.night("2024-01-02")


@pytest.fixture
def winter(nights_after: Any) -> Any:
    return nights_after(begin_winter)


def series(nights: Any, indicator: str, county: str = COUNTY) -> dict[str, int]:
    return dict(
        nights.rows(
            "select to_char(on_date, 'MM-DD'), value from marts.headline_series"
            " where county_code = %s and indicator = %s order by on_date",
            county, indicator,
        )
    )  # fmt: skip


def test_every_day_has_a_value_even_without_a_night(winter: Any) -> None:
    assert series(winter, "rural_employed") == {"12-30": 1, "12-31": 1, "01-01": 2, "01-02": 2}
    assert series(winter, "labour_force") == {"12-30": 3, "12-31": 3, "01-01": 3, "01-02": 4}
    assert series(winter, "employed_away") == {"12-30": 1, "12-31": 1, "01-01": 1, "01-02": 1}
    assert series(winter, "employed_nearby") == {"12-30": 0, "12-31": 0, "01-01": 1, "01-02": 1}


def test_the_year_to_date_restarts_on_1_january(winter: Any) -> None:
    assert series(winter, "rural_employed_ytd") == {"12-30": 2, "12-31": 2, "01-01": 2, "01-02": 2}
    assert series(winter, "poverty_alleviated_employed_ytd") == {"12-30": 1, "12-31": 1, "01-01": 2, "01-02": 2}


def test_households_are_counted_by_their_state_of_the_day(winter: Any) -> None:
    assert series(winter, "zero_employment_relocated_households") == {"12-30": 1, "12-31": 1, "01-01": 0, "01-02": 0}
    assert series(winter, "relocated_households_with_labour") == {"12-30": 1, "12-31": 1, "01-01": 1, "01-02": 1}
    assert series(winter, "zero_employment_households") == {"12-30": 2, "12-31": 2, "01-01": 1, "01-02": 2}


def test_late_files_corrections_and_another_county_change_past_days(winter: Any) -> None:
    """The register of the 28th comes late; a correction says that a job ended in December; the other county begins."""
    winter.deliver("labor_register", COUNTY, "2023-12-28", PEOPLE[:1])
    winter.deliver("employment", COUNTY, "2024-01-02", [WORKS | {"end_date": "2023-12-31"}, SEASONAL, FOUND])
    report(winter, OTHER, "2024-01-04", [person("neighbour", OTHER), person("jobless", OTHER)], [])
    winter.night("2024-01-05")
    assert series(winter, "rural_employed") == {
        "12-28": 1, "12-29": 1, "12-30": 1, "12-31": 1, "01-01": 1, "01-02": 1, "01-03": 1, "01-04": 0, "01-05": 0,
    }  # fmt: skip
    assert series(winter, "rural_employed", OTHER) == {"01-04": 1, "01-05": 1}
    assert list(series(winter, "labour_force", "532500").values()) == [1, 1, 3, 3, 3, 4, 4, 5, 5]
    assert list(series(winter, "rural_employed", "532500").values()) == [1, 1, 1, 1, 1, 1, 1, 1, 1]


def test_a_nights_differences_equal_a_full_refresh(winter: Any) -> None:
    """Of each of three more nights, the last one a year later: everybody's year to date starts again."""
    winter.deliver("labor_register", COUNTY, "2023-12-28", PEOPLE[:2])
    report(winter, OTHER, "2024-01-04", [person("neighbour", OTHER), person("jobless", OTHER)], [spell("neighbour")])
    report(winter, COUNTY, "2024-01-04", PEOPLE[:2], [FOUND])
    for on in ("2024-01-04", "2024-01-09", "2025-01-03"):
        build = winter.start(on)
        winter.build(build)
        digest = winter.digest("headline_series")
        run_models("full refresh", ["build", "--full-refresh", "--select", MODELS], build)
        assert winter.digest("headline_series") == digest
        assert winter.scalar("select count(*) from build.headline_series where value <> 0") > 0
        winter.publish(build)


def test_a_night_reads_only_the_persons_that_change(winter: Any) -> None:
    """Nobody's facts change on the 3rd: there is no step, and the series goes on with its last value."""
    winter.night("2024-01-03")
    assert winter.rows("select * from tonight.int_headline_step") == []
    assert series(winter, "rural_employed")["01-03"] == 2


def test_a_day_without_the_reports_that_were_due_is_carried_forward(winter: Any) -> None:
    report(winter, OTHER, "2024-01-03", [person("neighbour", OTHER)], [])
    winter.night("2024-01-03")
    status = (
        "select string_agg(obs_status, '' order by on_date) from marts.headline_series where indicator = 'labour_force'"
    )
    assert winter.scalar(f"{status} and county_code = %s", COUNTY) == "AEEAE"
    assert winter.scalar(f"{status} and county_code = %s", OTHER) == "A"
    assert winter.scalar(f"{status} and county_code = '532500'") == "AEEAE"


def test_an_unreported_day_changes_nothing(nights: Any) -> None:
    """Nights on the 1st and the 3rd: the job of the 3rd is not a change against the 2nd, without a report."""
    nights.select = "+target_progress,resource_type:model"
    report(nights, COUNTY, "2024-05-01", [person("works")], [])
    nights.night("2024-05-01")
    report(nights, COUNTY, "2024-05-03", [person("works")], [spell("works", start_date="2024-05-03")])
    nights.night("2024-05-03")
    assert [progress(nights, county)["change_1d"] for county in (COUNTY, "532500")] == [0, 0]
    assert progress(nights, COUNTY)["carried_forward"] == [COUNTY]
    report(nights, COUNTY, "2024-05-04", [person("works")], [])
    nights.night("2024-05-04")
    assert [progress(nights, county)["change_1d"] for county in (COUNTY, "532500")] == [-1, -1]


def test_the_prefectures_coverage_counts_a_county_without_a_register(nights: Any) -> None:
    nights.select = "+target_progress,resource_type:model"
    due(nights, "2024-05-01", COUNTY, OTHER)
    report(nights, COUNTY, "2024-05-01", [person("works")], [])
    nights.deliver("gig_orders", "hr_platform", "2024-05-01")
    nights.night("2024-05-01")
    whole = progress(nights, "532500")
    assert (whole["units_due"], whole["units_accepted"], whole["coverage"]) == (5, 3, Decimal("0.6"))
    assert (progress(nights, COUNTY)["coverage"], progress(nights, OTHER)["coverage"]) == (1, 0)
    assert (whole["obs_status"], progress(nights, OTHER)["obs_status"]) == ("A", "M")
