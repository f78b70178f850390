"""Jobs and income: from spells, wages, services and the talent site to what the marts say of them, on a real server."""

from __future__ import annotations

from typing import Any

from tests.kit.people import token

from employment_warehouse import transform

COUNTY, OTHER, PREFECTURE = "532528", "532503", "532500"
PLATFORM = "hr_platform"
FACTS = "+fct_job +fct_wage_span +fct_service_event +fct_job_application +dim_employer +fct_post_tenure"


def application(number: str, name: str, status: str, status_at: str, **other: Any) -> dict[str, Any]:
    """An item of the talent site; its last change is that of the status."""
    return {
        "application_id": number, "person_key": token(name), "posting_id": "P1", "status": status,
        "status_at": status_at, "updated_at": status_at,
    } | other  # fmt: skip


def test_the_unit_tests_of_the_facts_pass(nights: Any) -> None:
    nights.select = FACTS
    nights.night("2024-05-01")
    assert transform.check_models(nights.select).tests >= 8


def test_an_application_was_made_on_the_earliest_day_that_was_ever_told(nights: Any) -> None:
    """The platform tells the last status only, so each night keeps what the one before knew; days are Beijing's."""
    nights.select = "+fct_job_application"
    nights.deliver("applications", PLATFORM, "2024-05-01", [application("1", "a", "applied", "2024-04-30T17:00:00Z")])
    nights.night("2024-05-01")
    hired = [
        application("1", "a", "hired", "2024-05-02T01:00:00Z"),
        application("2", "b", "hired", "2024-05-02T01:00:00Z"),
    ]
    nights.deliver("applications", PLATFORM, "2024-05-02", hired)
    nights.night("2024-05-02")
    nights.night("2024-05-03")
    assert nights.rows(
        "select application_id, applied_on::text, hired_on::text from marts.fct_job_application order by 1"
    ) == [("1", "2024-05-01", "2024-05-02"), ("2", "2024-05-02", "2024-05-02")]


def test_a_service_told_again_replaces_and_a_correction_takes_it_back(nights: Any) -> None:
    nights.select = "+fct_service_event"
    record = {
        "record_no": "FW1", "person_key": token("a"), "service_type": "skill_training", "served_on": "2024-05-03",
        "agency": "县就业局", "amount": "300",
    }  # fmt: skip
    amounts = "select county_code, amount from marts.fct_service_event order by 1"
    nights.deliver("employment_service", COUNTY, "2024-05-05", [record])
    nights.deliver("employment_service", OTHER, "2024-05-05", [record])
    nights.night("2024-05-05")
    nights.deliver("employment_service", COUNTY, "2024-05-12", [record | {"amount": "500"}])
    nights.night("2024-05-12")
    assert nights.rows(amounts) == [(OTHER, 300), (COUNTY, 500)]
    nights.deliver("employment_service", COUNTY, "2024-05-12")
    nights.deliver("employment_service", OTHER, "2024-05-12")
    nights.night("2024-05-13")
    assert nights.rows(amounts) == [(OTHER, 300), (COUNTY, 300)]
