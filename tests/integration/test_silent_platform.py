"""A platform that is not read lowers coverage, and its figures are marked as carried forward."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.kit.people import token

from employment_warehouse import landing

READ, SILENT = date(2024, 5, 17), date(2024, 5, 18)
COUNTY, PREFECTURE = "532528", "532500"


@pytest.fixture
def platform_nights(nights: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A platform is connected, and the registers are due no more (the campaign is over): it alone is due each night."""
    monkeypatch.setenv("WAREHOUSE_HR_URL", "https://hr.example.test")
    nights.select = "+path:models/marts/targets +feed_timeliness"
    nights.connection.execute("update seeds.setting set enabled = false where name = 'campaign_frequency'")
    return nights


def night(nights: Any, on: date, *, is_read: bool) -> None:
    landing.expect_deliveries(on)
    if is_read:
        order = {
            "order_id": "G1", "person_key": token("works"), "township_code": f"{COUNTY}101", "is_deleted": False,
            "completed_at": "2024-05-16 10:00+08", "updated_at": "2024-05-16 10:00+08",
        }  # fmt: skip
        for feed in ("gig_orders", "applications", "job_postings"):
            nights.deliver(feed, "hr_platform", on, [order] if feed == "gig_orders" else [], kind="pages")
    nights.night(on)


def coverage(nights: Any, county: str) -> tuple[Any, ...]:
    (row,) = nights.rows(
        "select coverage::float, obs_status from marts.target_progress"
        " where county_code = %s and target_code = 'rural_employed' and basis = 'stock'",
        county,
    )
    return tuple(row)


def test_a_silent_platform_lowers_coverage(platform_nights: Any) -> None:
    platform_nights.deliver("labor_register", COUNTY, READ, [{
        "person_key": token("works"), "birth_date": "1990-03-04", "sex": "female", "household_no": "H1",
        "relation_to_head": "户主", "county_code": COUNTY, "township_code": f"{COUNTY}101",
        "village_code": f"{COUNTY}101001", "population_category": "lifted_out", "is_relocated": False,
        "work_capacity": "ordinary", "in_school": False,
    }])  # fmt: skip
    night(platform_nights, READ, is_read=True)
    read = coverage(platform_nights, PREFECTURE)
    night(platform_nights, SILENT, is_read=False)
    silent = coverage(platform_nights, PREFECTURE)
    assert (read[1], silent[1]) == ("A", "E")
    assert silent[0] < read[0]
    timeliness = "select status, days_stale, completeness::float, units_due from marts.feed_timeliness where feed = %s"
    for feed in ("gig_orders", "applications", "job_postings"):
        assert platform_nights.rows(timeliness, feed) == [("missing", 1, 0.0, 1)]


def test_what_is_read_after_its_hour_is_on_time(platform_nights: Any) -> None:
    """It is due at 20:00, and nights begin later."""
    landing.expect_deliveries(READ)
    number = platform_nights.deliver("gig_orders", "hr_platform", READ, kind="pages")
    platform_nights.connection.execute(
        "update ops.delivery set arrived_at = '2024-05-17 22:00+08' where delivery_id = %s", (number,)
    )
    platform_nights.night(READ)
    assert platform_nights.rows(
        "select status, completeness::float, units_due, units_reported from marts.feed_timeliness"
        " where feed = 'gig_orders'"
    ) == [("on_time", 1.0, 1, 1)]
