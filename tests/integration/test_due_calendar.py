"""When a feed is due is the same in Python, which expects and reminds, and in the models, which judge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from jinja2 import Environment
from tests.kit.relief import PROJECT, project
from tests.kit.reported import COUNTY, person

from employment_warehouse import settings
from employment_warehouse.contract import contracts, due
from employment_warehouse.contract.calendar import decided_holidays_file
from employment_warehouse.contract.model import CAMPAIGN_FREQUENCIES
from employment_warehouse.database import seed_tables

CAMPAIGNS = (*CAMPAIGN_FREQUENCIES, "none", None)
UNITS = ("county", "project")


@pytest.fixture
def calendar() -> Iterator[None]:
    """The home is that of other tests as well."""
    yield
    decided_holidays_file().unlink(missing_ok=True)


def is_due_on_day() -> str:
    """The macro of the models as SQL, of a `feed` and one of `days`."""
    macros = settings.project_root() / "dbt_project" / "macros" / "periods.sql"
    return str(Environment(autoescape=False).from_string(macros.read_text("utf-8")).module.is_due_on_day())


@pytest.mark.usefixtures("calendar")
def test_python_and_models_agree_on_every_day_of_seven_years(nights: Any) -> None:
    """Holidays and the weekends worked for them, a holiday that an operator decided, a year without holidays."""
    nights.select = "dim_date"
    nights.connection.execute(
        "select ops.decide_holidays('2027-02-05', '2027-02-11', false, '春节', '', 'as announced')"
    )
    nights.connection.execute(
        "select ops.decide_holidays('2027-02-14', '2027-02-14', true, '春节', '', 'as announced')"
    )
    seed_tables.keep_decided_holidays(nights.connection)
    nights.night("2024-05-01")
    in_models = nights.rows(
        f"""
        select feed.feed, days.campaign_frequency, days.calendar_date
        from ops.feed as feed
        cross join (
            select calendar.*, campaign_frequency
            from build.dim_date as calendar cross join unnest(%s::text []) as campaign_frequency
        ) as days
        where feed.unit = any(%s) and days.calendar_date between '2022-01-01' and '2028-12-31' and {is_due_on_day()}
        """,
        list(CAMPAIGNS), list(UNITS),
    )  # fmt: skip
    days = [day for (day,) in nights.rows("select generate_series('2022-01-01', '2028-12-31', interval '1 day')::date")]
    in_python = {
        (contract.feed, campaign, day)
        for contract in contracts().values()
        if contract.unit in UNITS
        for campaign in CAMPAIGNS
        for day in days
        if due(contract, day, campaign)
    }
    assert set(in_models) ^ in_python == set()
    worked = {day for feed, campaign, day in in_python if (feed, campaign) == ("employment", "working_days")}
    assert {date(2024, 10, 12), date(2027, 2, 4), date(2027, 2, 14)} <= worked  # Saturday, Thursday, Sunday
    assert not {date(2024, 10, 1), date(2027, 2, 5)} & worked


def test_what_is_due_after_2030_and_of_a_weekly_campaign_is_missed(nights: Any) -> None:
    """On Wednesday, 8 January 2031: county and project reported on Sunday; one owes each week, the other each day."""
    nights.select = "+silent_feed"
    nights.connection.execute("update seeds.setting set value = 'weekly' where name = 'campaign_frequency'")
    build = nights.start("2024-05-01")
    nights.connection.execute("update ops.build set report_date = '2031-01-08' where build = %s", (build,))
    nights.deliver("labor_register", COUNTY, "2031-01-05", [person("of the county")])
    nights.deliver("relief_project", PROJECT, "2031-01-05", [project(started_on="2031-01-01")])
    nights.connection.execute("update ops.delivery set status = 'accepted', build = %s", (build,))
    nights.build(build)
    silent = nights.rows(
        "select feed, unit, silent_since::text from tonight.silent_feed where unit = any(%s)", [COUNTY, PROJECT]
    )
    assert {(feed, since) for feed, unit, since in silent if unit == PROJECT} == {
        ("relief_project", "2031-01-06"), ("relief_contract", "2031-01-05")
    }  # fmt: skip
    assert ("employment", COUNTY, "2031-01-05") in silent
    assert "labor_register" not in {feed for feed, unit, _ in silent if unit == COUNTY}
    assert nights.scalar("select max(calendar_date)::text from build.dim_date") == "2036-12-31"
