"""Resettlement sites: residents by the register beside what the county reports, through dbt on a real server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.kit.reported import COUNTY, OTHER, person, report, spell


@pytest.fixture
def sites(nights: Any) -> Any:
    nights.select = "+resettlement_site_monitor,resource_type:model"
    return nights


def site(number: str, **other: Any) -> dict[str, Any]:
    return {
        "county_code": COUNTY, "resettlement_site_no": number, "site_name": f"安置点{number}",
        "township_code": f"{COUNTY}101", "households": 10, "residents": 40, "labour_force": 25, "reserved_jobs": 8,
    } | other  # fmt: skip


def seen(nights: Any, number: str) -> dict[str, Any]:
    (row,) = nights.records("select * from marts.resettlement_site_monitor where resettlement_site_no = %s", number)
    return row


def test_sites_by_their_residents(sites: Any) -> None:
    on_site = {"resettlement_site_no": "S1", "is_relocated": True}
    people = [
        person("works", household_no="H1", **on_site), person("her son", household_no="H1", in_school=True, **on_site),
        person("holds a reserved job beside", household_no="H2", resettlement_site_no="S1"),
        person("jobless", household_no="H3", **on_site), person("his wife off the site", household_no="H3"),
        person("jobless too", household_no="H4", **on_site),
        person("on a site that nobody lists", household_no="H5", resettlement_site_no="S9", is_relocated=True),
    ]  # fmt: skip
    second = {"employer_name": "安置点保洁", "is_reserved_job": True, "start_date": "2024-04-01"}
    spells = [
        spell("works"), spell("his wife off the site"), spell("holds a reserved job beside"),
        # A job that is over, and one of a person who lives elsewhere, fill nothing here.
        spell("jobless", end_date="2024-04-30", **second), spell("his wife off the site", **second),
    ]  # fmt: skip
    report(sites, COUNTY, "2024-05-01", people, spells)
    # Another county's register reports the reserved job.
    sites.deliver("employment", OTHER, "2024-05-01", [spell("holds a reserved job beside", county=OTHER, **second)])
    sites.deliver("public_post", COUNTY, "2024-05-01")
    sites.deliver("resettlement_site", COUNTY, "2024-05-01", [site("S1"), site("S2", reserved_jobs=0)])
    sites.night("2024-05-01")

    first = seen(sites, "S1")
    assert {name: first[name] for name in (
        "households", "residents", "labour_force", "employed", "employment_rate", "zero_employment_households",
        "households_reported", "residents_reported", "labour_force_reported", "reserved_jobs", "reserved_jobs_filled",
        "reserved_fill_rate", "reserved_per_labour_force", "required_share", "is_below_required_share", "is_listed",
        "obs_status",
    )} == {
        # H3 works through the wife, who lives elsewhere; H4 has nobody at work.
        "households": 4, "residents": 5, "labour_force": 4, "employed": 2, "employment_rate": Decimal("0.5000"),
        "zero_employment_households": 1, "households_reported": 10, "residents_reported": 40,
        "labour_force_reported": 25, "reserved_jobs": 8, "reserved_jobs_filled": 1,
        "reserved_fill_rate": Decimal("0.1250"), "reserved_per_labour_force": Decimal("2.0000"),
        "required_share": None, "is_below_required_share": None, "is_listed": True, "obs_status": "A",
    }  # fmt: skip
    empty = seen(sites, "S2")
    assert (empty["residents"], empty["employment_rate"], empty["reserved_fill_rate"]) == (0, None, None)
    unlisted = seen(sites, "S9")
    assert (unlisted["residents"], unlisted["is_listed"], unlisted["reserved_jobs"]) == (1, False, None)

    # A county may have a share of its own; a site that the next snapshot leaves out stays while someone lives there.
    sites.connection.execute(
        "insert into seeds.site_job_ratio (county_code, valid_from, required_share, enabled)"
        " values ('*', '2024-05-02', 1, true), (%s, '2024-05-02', 3, true)", (COUNTY,)
    )  # fmt: skip
    sites.deliver("resettlement_site", COUNTY, "2024-05-02", [site("S2")])
    sites.night("2024-05-02")
    assert sites.rows(
        "select resettlement_site_no, is_listed, reserved_jobs, required_share, is_below_required_share, obs_status"
        " from marts.resettlement_site_monitor order by 1"
    ) == [
        ("S1", False, None, 3, None, "E"),
        ("S2", True, 8, 3, False, "E"),
        ("S9", False, None, 3, None, "E"),
    ]
    # The county's own row is switched off, and is no reason to apply the general one.
    sites.connection.execute(
        "insert into seeds.site_job_ratio (county_code, valid_from, required_share, enabled)"
        " values (%s, '2024-05-03', null, false)", (COUNTY,)
    )  # fmt: skip
    sites.night("2024-05-03")
    judged = "select distinct required_share, is_below_required_share from marts.resettlement_site_monitor"
    assert sites.rows(judged) == [(None, None)]


def test_a_county_without_a_register_has_no_sites(sites: Any) -> None:
    sites.deliver("resettlement_site", COUNTY, "2024-05-01", [site("S1")])
    sites.night("2024-05-01")
    assert sites.rows("select * from marts.resettlement_site_monitor") == []
