"""Places and movement: agreements and events, who works where, and what is on offer nearby."""

from __future__ import annotations

from datetime import date
from typing import Any

COUNTY = "532528"
FACTS = "+fct_cooperation +fct_job_event"


def agreement(number: str, **other: Any) -> dict[str, Any]:
    """A row of a county's agreements: with Guangdong, since 2023, without an end, ten workers."""
    return {
        "agreement_no": number, "partner_division_code": "440306", "cooperation_type": "interprovincial",
        "signed_on": "2023-06-01", "planned_workers": 10,
    } | other  # fmt: skip


def event(number: str, held_on: str, **other: Any) -> dict[str, Any]:
    """A job fair in the first township, with ten posts and two intents."""
    return {
        "event_no": number, "event_type": "job_fair", "held_on": held_on, "township_code": f"{COUNTY}101",
        "employers": 3, "posts_offered": 10, "participants": 30, "intents": 2,
    } | other  # fmt: skip


def test_an_agreement_that_is_left_out_ends_and_one_that_comes_back_goes_on(nights: Any) -> None:
    nights.select = FACTS
    nights.deliver("labor_cooperation", COUNTY, "2024-05-01", [agreement("A"), agreement("B")])
    nights.deliver("labor_cooperation", COUNTY, "2024-05-10", [agreement("A", planned_workers=20)])
    nights.night("2024-05-10")
    ended = "select agreement_no, planned_workers, ended_on from marts.fct_cooperation order by 1"
    assert nights.rows(ended) == [("A", 20, None), ("B", 10, date(2024, 5, 9))]
    nights.deliver("labor_cooperation", COUNTY, "2024-05-11", [agreement("A", planned_workers=20), agreement("B")])
    nights.night("2024-05-11")
    assert nights.rows(ended) == [("A", 20, None), ("B", 10, None)]


def test_events_accumulate_and_the_latest_report_of_one_counts(nights: Any) -> None:
    """Whatever the order of arrival; a corrected file takes back what it no longer has."""
    nights.select = FACTS
    nights.deliver("job_event", COUNTY, "2024-05-05", [event("1", "2024-05-02"), event("2", "2024-05-03")])
    nights.deliver("job_event", COUNTY, "2024-05-19", [event("1", "2024-05-02", posts_offered=30, township_code=None)])
    nights.night("2024-05-19")
    told = "select event_no, posts_offered, township_code from marts.fct_job_event order by 1"
    assert nights.rows(told) == [("1", 30, "532528000"), ("2", 10, "532528101")]

    # A late report of the week between, and a correction without event 2.
    nights.deliver("job_event", COUNTY, "2024-05-12", [event("1", "2024-05-02", posts_offered=20)])
    nights.deliver("job_event", COUNTY, "2024-05-05", [event("1", "2024-05-02")])
    nights.night("2024-05-20")
    assert nights.rows(told) == [("1", 30, "532528000")]

    # The latest report takes event 1 back: the report before it counts.
    nights.deliver("job_event", COUNTY, "2024-05-19", [event("3", "2024-05-18")])
    nights.night("2024-05-21")
    assert nights.rows(told) == [("1", 20, "532528101"), ("3", 10, "532528101")]
