"""Which weeks and months a county has, and how far its feeds speak of them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kit.people import token
from tests.kit.reported import COUNTY, person, report, spell

PREFECTURE, OTHER = "532500", "532503"
PERIODS = "+int_week_feed +int_month_feed,resource_type:model"


@pytest.fixture
def periods(nights: Any) -> Any:
    """Nights that build what the weeks and months are, and nothing else."""
    nights.select = PERIODS
    return nights


def grid(nights: Any, period: str) -> list[tuple[Any, ...]]:
    return [
        (county, str(start), str(as_of), reporting)
        for county, start, as_of, reporting in nights.rows(
            f"select county_code, {period}, as_of, counties_reporting from tonight.int_{period} order by 1, 2"
        )
    ]


def status(nights: Any, period: str, county: str, start: str, *feeds: str) -> Any:
    return nights.scalar(
        f"select string_agg(obs_status, '' order by feed) from tonight.int_{period}_feed"
        f" where county_code = %s and {period} = %s and feed = any(%s)",
        county, start, list(feeds),
    )  # fmt: skip


def pay(nights: Any, county: str, on: str, month: str | None) -> None:
    line = {"person_key": token("works"), "post_no": "P1", "days_present": 22, "amount_due": 800, "amount_paid": 800}
    nights.deliver("public_post_payment", county, on, [line | {"period": f"{month}-01"}] if month else [])


def test_a_county_has_the_periods_from_its_first_register_on(periods: Any) -> None:
    report(periods, COUNTY, "2024-04-30", [person("works")], [])
    report(periods, OTHER, "2024-05-07", [person("other", OTHER)], [])
    periods.night("2024-05-08")
    assert grid(periods, "month") == [
        (PREFECTURE, "2024-04-01", "2024-04-30", 1),
        (PREFECTURE, "2024-05-01", "2024-05-08", 2),
        *sorted(
            [
                (COUNTY, "2024-04-01", "2024-04-30", None),
                (COUNTY, "2024-05-01", "2024-05-08", None),
                (OTHER, "2024-05-01", "2024-05-08", None),
            ]
        ),
    ]
    assert [(county, start, reporting) for county, start, _, reporting in grid(periods, "week")] == [
        (PREFECTURE, "2024-04-29", 1),
        (PREFECTURE, "2024-05-06", 2),
        *sorted([(COUNTY, "2024-04-29", None), (COUNTY, "2024-05-06", None), (OTHER, "2024-05-06", None)]),
    ]


def test_without_a_register_there_is_no_period(periods: Any) -> None:
    periods.deliver("employment", COUNTY, "2024-05-01", [spell("works")])
    periods.night("2024-05-01")
    assert grid(periods, "month") == grid(periods, "week") == []


def test_a_period_is_provisional_until_it_is_over(periods: Any) -> None:
    report(periods, COUNTY, "2024-05-30", [person("works")], [])
    periods.night("2024-05-30")
    assert status(periods, "month", COUNTY, "2024-05-01", "employment", "labor_register") == "PP"
    report(periods, COUNTY, "2024-05-31", [person("works")], [])
    periods.night("2024-05-31")
    assert status(periods, "month", COUNTY, "2024-05-01", "employment", "labor_register") == "AA"
    assert status(periods, "week", COUNTY, "2024-05-27", "employment", "labor_register") == "PP"


def test_a_report_that_was_due_last_and_is_not_accepted_marks_the_period(periods: Any) -> None:
    report(periods, COUNTY, "2024-05-30", [person("works")], [])
    report(periods, OTHER, "2024-05-30", [person("other", OTHER)], [])
    report(periods, OTHER, "2024-05-31", [person("other", OTHER)], [])
    periods.deliver("labor_register", COUNTY, "2024-05-31", [person("works")])
    periods.night("2024-05-31")
    assert status(periods, "month", COUNTY, "2024-05-01", "employment", "labor_register") == "EA"
    assert status(periods, "month", PREFECTURE, "2024-05-01", "employment", "labor_register") == "EA"
    assert status(periods, "month", OTHER, "2024-05-01", "employment", "labor_register") == "AA"


def test_a_day_without_a_night_is_carried_forward_until_its_report_arrives(periods: Any) -> None:
    report(periods, COUNTY, "2024-04-29", [person("works")], [])
    report(periods, COUNTY, "2024-05-02", [person("works")], [])
    periods.night("2024-05-02")
    assert status(periods, "month", COUNTY, "2024-04-01", "labor_register") == "E"
    report(periods, COUNTY, "2024-04-30", [person("works")], [])
    periods.night("2024-05-03")
    assert status(periods, "month", COUNTY, "2024-04-01", "labor_register") == "A"


def test_a_weekly_feed_is_judged_by_its_last_sunday(periods: Any) -> None:
    report(periods, COUNTY, "2024-05-10", [person("works")], [])
    periods.night("2024-05-11")
    assert status(periods, "month", COUNTY, "2024-05-01", "job_event") is None
    periods.night("2024-05-12")
    assert status(periods, "month", COUNTY, "2024-05-01", "job_event") == "E"
    periods.deliver("job_event", COUNTY, "2024-05-12")
    periods.night("2024-05-13")
    assert status(periods, "month", COUNTY, "2024-05-01", "job_event") == "P"


@pytest.mark.parametrize(
    ("frequency", "due_on", "night"), [("weekly", "06-02", "06-08"), ("monthly", "06-10", "06-14")]
)
def test_registers_are_due_on_one_day_of_the_week_or_month_where_the_setting_says_so(
    periods: Any, frequency: str, due_on: str, night: str
) -> None:
    periods.select += " +silent_feed"
    periods.connection.execute(
        "insert into seeds.setting (name, valid_from, value, enabled)"
        " values ('campaign_frequency', '2024-06-01', %s, true)",
        (frequency,),
    )
    # One county missed the last daily report and sends those of the new calendar, the other stopped with the old one.
    report(periods, OTHER, "2024-05-30", [person("other", OTHER)], [])
    report(periods, COUNTY, "2024-05-31", [person("works")], [])
    report(periods, OTHER, f"2024-{due_on}", [person("other", OTHER)], [])
    periods.night(f"2024-{night}")
    assert status(periods, "month", OTHER, "2024-06-01", "employment", "labor_register") == "PP"
    assert status(periods, "month", COUNTY, "2024-06-01", "employment", "labor_register") == "EE"
    assert periods.rows(
        "select unit, silent_since::text from tonight.silent_feed where feed = 'employment' and unit = any(%s)",
        [COUNTY, OTHER],
    ) == [(COUNTY, f"2024-{due_on}")]


def test_a_county_that_has_not_joined_yet_owes_nothing(periods: Any) -> None:
    periods.select = "+silent_feed,resource_type:model"
    periods.connection.execute(
        "insert into seeds.setting (name, valid_from, value, enabled) values"
        " ('counties_not_joined', '2024-05-01', '532523，532530', true),"
        " ('counties_not_joined', '2024-05-07', '532530', true)"
    )
    report(periods, COUNTY, "2024-05-01", [person("works")], [])
    report(periods, "532530", "2024-05-02", [person("sent before", "532530")], [])
    silent = "select unit, silent_since::text from tonight.silent_feed where feed = 'labor_register' order by unit"
    periods.night("2024-05-05")
    since = dict(periods.rows(silent))
    assert since.keys() & {"532523", "532530"} == set()
    assert (since[OTHER], len(since)) == ("2024-05-01", 11)
    periods.night("2024-05-08")
    assert dict(periods.rows(silent)) == since | {"532523": "2024-05-07"}


def test_nothing_of_a_county_that_has_not_joined_yet_is_carried_forward(periods: Any) -> None:
    """It sent one register to try."""
    periods.connection.execute(
        "insert into seeds.setting (name, valid_from, value, enabled)"
        " values ('counties_not_joined', '2024-05-01', '532530', true)"
    )
    report(periods, "532530", "2024-05-02", [person("to try", "532530")], [])
    for day in ("2024-05-01", "2024-05-31", "2024-06-11"):
        report(periods, COUNTY, day, [person("works")], [])
    pay(periods, COUNTY, "2024-06-05", "2024-05")
    periods.night("2024-05-31")
    assert status(periods, "month", PREFECTURE, "2024-05-01", "employment", "labor_register") == "AA"
    periods.night("2024-06-11")
    assert status(periods, "month", PREFECTURE, "2024-05-01", "public_post_payment") == "A"


@pytest.mark.parametrize(
    ("on", "paid_month", "expected"),
    [
        ("2024-06-01", None, "P"),  # due on 10 June
        ("2024-06-10", None, "P"),
        ("2024-06-11", None, "E"),
        ("2024-06-11", "2024-05", "A"),
        ("2024-06-11", "2024-04", "E"),  # a file, but of another month
    ],
)
def test_a_period_feed_is_missing_after_the_tenth(periods: Any, on: str, paid_month: str | None, expected: str) -> None:
    report(periods, COUNTY, "2024-05-01", [person("works")], [])
    if paid_month:
        pay(periods, COUNTY, "2024-06-05", paid_month)
    periods.night(on)
    assert status(periods, "month", COUNTY, "2024-05-01", "public_post_payment") == expected


def test_a_nil_return_speaks_of_the_month_before_it(periods: Any) -> None:
    report(periods, COUNTY, "2024-05-01", [person("works")], [])
    pay(periods, COUNTY, "2024-06-08", None)
    periods.night("2024-06-30")
    assert status(periods, "month", COUNTY, "2024-05-01", "public_post_payment") == "A"
    # It was a mistake: the file that replaces it pays April.
    pay(periods, COUNTY, "2024-06-08", "2024-04")
    periods.night("2024-07-01")
    assert status(periods, "month", COUNTY, "2024-05-01", "public_post_payment") == "E"


def test_the_platform_is_due_on_each_day_since_its_first_reading(periods: Any) -> None:
    report(periods, COUNTY, "2024-05-01", [person("works")], [])
    periods.night("2024-05-01")
    assert status(periods, "week", COUNTY, "2024-04-29", "gig_orders") is None
    periods.deliver("gig_orders", "hr_platform", "2024-05-05")
    periods.night("2024-05-05")
    assert status(periods, "week", COUNTY, "2024-04-29", "gig_orders") == "A"
    periods.night("2024-05-07")
    assert status(periods, "week", COUNTY, "2024-05-06", "gig_orders") == "E"
