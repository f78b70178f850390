"""Workshops: what counties report of them and what the employment register finds, through dbt on a real server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.kit.nights import count_unit_tests
from tests.kit.reported import COUNTY, OTHER, registered, spell, workshop


@pytest.fixture
def workshops(nights: Any) -> Any:
    nights.select = "+path:models/marts/workshop,resource_type:model"
    return nights


def works(name: str, workshop: str, **other: Any) -> dict[str, Any]:
    """A spell in a workshop of the county."""
    return spell(name, f"employer of {workshop}", **{
        "channel": "workshop", "work_division_code": COUNTY, "workshop_no": workshop,
    } | other)  # fmt: skip


def months_of(nights: Any, number: str, county: str = COUNTY) -> dict[str, dict[str, Any]]:
    """Month → row of a workshop."""
    rows = nights.records(
        "select * from marts.workshop_monitor where workshop_no = %s and county_code = %s", number, county
    )
    return {f"{row['month']:%m}": row for row in rows}


def test_a_workshop_is_judged_by_those_found_on_the_last_day_of_each_month(workshops: Any) -> None:
    alleviated = [f"worker {number}" for number in range(5)]
    workshops.deliver("labor_register", COUNTY, "2024-04-01", [
        *(registered(person, "lifted_out") for person in alleviated), registered("other", "general"),
        *(registered(f"second {number}", "unstable") for number in range(4)),
    ])  # fmt: skip
    workshops.deliver("labor_register", OTHER, "2024-04-01", [registered("neighbour", "general", OTHER)])
    workshops.deliver("employment", COUNTY, "2024-04-01", [
        *(works(person, "W1", end_date="2024-05-15" if person == "worker 4" else None) for person in alleviated),
        works("other", "W1"), works("other", "W1", employer_name="again", channel="enterprise"),
        works("unregistered", "W1", work_division_code=OTHER),
        *(works(f"second {number}", "W2") for number in range(4)),
    ])  # fmt: skip
    workshops.deliver("workshop", OTHER, "2024-04-01", [workshop("W1", 3, OTHER)])
    award = {"subsidy_amount": 50000, "subsidy_on": "2024-06-05"}
    workshops.deliver("workshop", COUNTY, "2024-04-01", [
        workshop("W1", 6, **award), workshop("W2", 6), workshop("W3"), workshop("W4"),
    ])  # fmt: skip
    workshops.deliver("workshop", COUNTY, "2024-05-10", [
        workshop("W1", 6, **award), workshop("W2", 6, status="suspended"),
        workshop("W3", status="exited", exited_on="2024-05-10"),
    ])  # fmt: skip
    workshops.night("2024-06-10")

    first = months_of(workshops, "W1")
    assert {month: row["poverty_alleviated_found"] for month, row in first.items()} == {"04": 5, "05": 4, "06": 4}
    assert {month: row["workers_found"] for month, row in first.items()} == {"04": 6, "05": 5, "06": 5}
    assert [first[month]["is_below_standard"] for month in ("04", "05", "06")] == [False, True, True]
    assert [first[month]["exit_flag"] for month in ("04", "05", "06")] == [False, False, True]
    assert [first[month]["share_poverty_alleviated"] for month in ("04", "05")] == [
        Decimal("0.8333"), Decimal("0.8000"),
    ]  # fmt: skip
    assert [first[month]["subsidy_amount"] for month in ("05", "06")] == [None, Decimal("50000.00")]
    assert [first[month]["subsidy_per_poverty_alleviated"] for month in ("05", "06")] == [None, Decimal("12500.00")]

    # Reported 6, found 4; one that produces nothing for now is judged like any other.
    second = months_of(workshops, "W2")
    assert [(row["discrepancy"], row["exit_flag"], row["status"]) for _, row in sorted(second.items())] == [
        (2, False, "operating"), (2, True, "suspended"), (2, True, "suspended"),
    ]  # fmt: skip

    # One that has exited is not judged any more; one that is no longer listed has no row.
    third = months_of(workshops, "W3")
    assert [third[month]["is_below_standard"] for month in ("04", "05", "06")] == [True, False, False]
    assert third["06"]["share_poverty_alleviated"] is None
    assert set(months_of(workshops, "W4")) == {"04"}

    # Of two workshops with one number it is that of the county of the work; whoever works there counts.
    other = months_of(workshops, "W1", OTHER)
    assert [(row["workers_found"], row["poverty_alleviated_found"]) for row in other.values()] == [(1, 0)] * 3


def test_a_share_is_judged_as_it_is_shown_and_nobody_found_meets_none(workshops: Any) -> None:
    """W1: two of three, 0.6667. W2 reports 20 workers, and no spell names it."""
    workshops.connection.execute(
        "update seeds.workshop_standard set min_poverty_alleviated = null, min_workers = null, min_share = 0.6667"
    )
    people = [registered("a", "lifted_out"), registered("b", "lifted_out"), registered("c", "general")]
    workshops.deliver("labor_register", COUNTY, "2024-05-01", people)
    workshops.deliver("employment", COUNTY, "2024-05-01", [works(name, "W1") for name in "abc"])
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("W1", 3), workshop("W2", 20)])
    workshops.night("2024-05-01")
    assert workshops.rows(
        "select workshop_no, share_poverty_alleviated, is_below_standard from marts.workshop_monitor order by 1"
    ) == [("W1", Decimal("0.6667"), False), ("W2", None, True)]


def test_a_standard_that_is_switched_off_judges_no_workshop(workshops: Any) -> None:
    workshops.connection.execute("update seeds.workshop_standard set enabled = false")
    workshops.deliver("labor_register", COUNTY, "2024-05-01", [registered("worker", "lifted_out")])
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("W1", 6)])
    workshops.night("2024-05-01")
    (row,) = months_of(workshops, "W1").values()
    assert (row["is_below_standard"], row["exit_flag"], row["discrepancy"]) == (None, None, 6)


def test_the_unit_tests_of_workshops_pass(workshops: Any) -> None:
    build = workshops.start("2024-05-01")
    workshops.build(build, "+int_workshop_spell,resource_type:model")
    assert count_unit_tests("int_workshop_spell") == 1
