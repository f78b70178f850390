"""Who reported and what the gates found, as readers see it, through dbt on a real server."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from employment_warehouse.database import connect


@pytest.fixture
def assurance(nights: Any) -> Any:
    nights.select = "+path:models/marts/assurance,resource_type:model"
    return nights


def due(nights: Any, feed: str, unit: str, on: str) -> None:
    nights.connection.execute(
        "insert into ops.due (feed, unit, report_date, due_at)"
        " values (%s, %s, %s, (%s::date + time '20:00') at time zone 'Asia/Shanghai')",
        (feed, unit, on, on),
    )


def test_a_silent_county_is_missing_and_keeps_its_last_report(assurance: Any) -> None:
    for on in ("2024-05-01", "2024-05-02"):
        for county in ("532528", "532529"):
            due(assurance, "resettlement_site", county, on)
    row = {"site_no": "A1", "county_code": "532528"}
    assurance.deliver("resettlement_site", "532528", "2024-05-01", [row])
    assurance.deliver("resettlement_site", "532529", "2024-05-01")
    assurance.night("2024-05-01")
    assurance.deliver("resettlement_site", "532528", "2024-05-02", [row])
    assurance.night("2024-05-02")

    seen = {
        county: (status, days_stale, completeness and float(completeness), rows_read)
        for county, status, days_stale, completeness, rows_read in assurance.rows(
            "select county_code, status, days_stale, completeness, rows_read from marts.feed_timeliness"
            " where feed = 'resettlement_site'"
        )
    }
    assert seen == {
        "532528": ("on_time", 0, 1.0, 1),
        "532529": ("missing", 1, 0.0, 0),
        "532500": ("missing", 1, 0.5, 1),
    }
    # A platform and a payroll that nobody connected are missing, and the night was published all the same.
    assert assurance.rows(
        "select feed, days_stale from marts.feed_timeliness"
        " where status = 'missing' and county_code = '532500' and feed <> 'resettlement_site' order by feed"
    ) == [
        (feed, None)
        for feed in (
            "applications", "bank_return", "gig_orders", "job_postings", "relief_contract", "relief_payroll",
            "relief_project",
        )
    ]  # fmt: skip


def test_data_quality_shows_what_the_gates_found_for_the_publication_shown(assurance: Any) -> None:
    assurance.connection.execute("select ops.start_build('2024-05-01', 'first')")
    for suite, unit, gate in (("labor_register", "532528", 1), ("labor_register", "532529", 1), ("marts", "532500", 2)):
        assurance.connection.execute(
            """
            insert into ops.check_result (build, gate, suite, check_name, unit, severity, success, observed, expected)
            values (1, %s, %s, 'volume', %s, 'critical', false, '0.3', '≥ 0.6')
            """,
            (gate, suite, unit),
        )
    assert assurance.rows("select * from marts.data_quality") == []
    assurance.publish(1)
    wanted = (
        'select report_date, county_code, suite, "check", success, publication'
        " from marts.data_quality order by county_code"
    )
    assert assurance.rows(wanted) == [
        (date(2024, 5, 1), "532500", "marts", "volume", False, 1),
        (date(2024, 5, 1), "532528", "labor_register", "volume", False, 1),
        (date(2024, 5, 1), "532529", "labor_register", "volume", False, 1),
    ]
    with connect("county_532528") as connection:
        assert [row[1] for row in connection.execute(wanted)] == ["532528"]
