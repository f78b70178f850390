"""Two feeds compared on the same subject, through dbt on a real server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.kit.people import token
from tests.kit.relief import PROJECT, SITE, line, project, returned
from tests.kit.reported import COUNTY, application, person, spell, workshop

PREFECTURE = "532500"
APRIL = "2024-04-01"


@pytest.fixture
def pairs(nights: Any) -> Any:
    nights.select = "+cross_feed_reconciliation,resource_type:model"
    return nights


def compared(nights: Any, pair: str, county: str = COUNTY) -> tuple[Any, ...]:
    """matched, only_in_first, only_in_second, conflicting."""
    (row,) = nights.rows(
        "select matched, only_in_first, only_in_second, conflicting from marts.cross_feed_reconciliation"
        " where pair = %s and county_code = %s", pair, county,
    )  # fmt: skip
    return tuple(row)


def relief(name: str, **other: Any) -> dict[str, Any]:
    """A spell of work relief in the project's county."""
    return spell(name, "示例项目部", **({"channel": "work_relief", "work_division_code": SITE} | other))


def test_work_relief_by_roster_and_by_payroll(pairs: Any) -> None:
    at_home = ("both", "placed elsewhere", "on the register", "without days", "left in March")
    pairs.deliver("labor_register", COUNTY, "2024-05-10", [person(name) for name in at_home])
    pairs.deliver("labor_register", SITE, "2024-05-10", [person("neighbour", SITE)])
    pairs.deliver("employment", COUNTY, "2024-05-10", [
        relief("both"), relief("placed elsewhere", work_division_code="532501"), relief("on the register"),
        relief("without days"), relief("left in March", end_date="2024-03-31"), relief("on no register"),
    ])  # fmt: skip
    pairs.deliver("relief_project", PROJECT, "2024-05-06", [project()])
    pairs.deliver("relief_payroll", PROJECT, "2024-05-06", [
        line("both", period=APRIL), line("both", period=APRIL, crew="二组"), line("placed elsewhere", period=APRIL),
        line("without days", period=APRIL, days_worked=0), line("left in March", period=APRIL),
        line("on no register", period="2024-03-01"), line("nobody's", period=APRIL),
    ])  # fmt: skip
    pairs.night("2024-05-10")
    assert compared(pairs, "relief_employment_payroll") == (1, 3, 1, 1)
    # Who is registered nowhere counts where a spell was reported, else in the project's county.
    assert compared(pairs, "relief_employment_payroll", SITE) == (0, 0, 1, 0)
    assert compared(pairs, "relief_employment_payroll", PREFECTURE) == (1, 3, 2, 1)
    (row,) = pairs.records(
        "select * from marts.cross_feed_reconciliation where county_code = %s and pair = 'relief_employment_payroll'",
        PREFECTURE,
    )
    assert (row["match_rate"], row["unit_counted"], str(row["period_from"]), str(row["period_to"])) == (
        Decimal("0.1429"), "person", "2024-04-01", "2024-04-30",
    )  # fmt: skip
    for nothing in ("post_payment", "workshop_headcount"):
        assert compared(pairs, nothing) == (0, 0, 0, 0)
    assert compared(pairs, "platform_employment") == (0, 0, None, 0)
    assert (
        pairs.scalar(
            "select count(*) from marts.cross_feed_reconciliation where pair = 'post_payment' and match_rate is null"
        )
        == 3
    )


def test_until_the_ninth_the_month_before_the_last_one_is_compared(pairs: Any) -> None:
    pairs.deliver("labor_register", COUNTY, "2024-05-09", [person("both")])
    pairs.deliver("employment", COUNTY, "2024-05-09", [relief("both")])
    pairs.deliver("relief_project", PROJECT, "2024-05-06", [project()])
    pairs.deliver("relief_payroll", PROJECT, "2024-05-06", [line("both", period="2024-03-01")])
    pairs.night("2024-05-09")
    assert compared(pairs, "relief_employment_payroll") == (1, 0, 0, 0)
    assert pairs.rows(
        "select distinct period_from::text, period_to::text from marts.cross_feed_reconciliation"
        " where unit_counted in ('person', 'post holding')"
    ) == [("2024-03-01", "2024-03-31")]


def test_posts_and_workshops_by_register_and_by_evidence(pairs: Any) -> None:
    def post(number: str, name: str, **other: Any) -> dict[str, Any]:
        return {
            "post_no": number, "post_category": "保洁", "township_code": f"{COUNTY}101",
            "village_code": f"{COUNTY}101001", "person_key": token(name), "start_date": "2024-01-01",
            "is_full_time": False, "monthly_subsidy": 800,
        } | other  # fmt: skip

    def paid(number: str, name: str, amount: int = 800) -> dict[str, Any]:
        return {
            "post_no": number, "person_key": token(name), "period": APRIL, "days_present": 22, "amount_due": amount,
            "amount_paid": amount,
        }  # fmt: skip

    pairs.deliver("labor_register", COUNTY, "2024-05-09", [person("anyone")])
    pairs.deliver("public_post", COUNTY, "2024-05-10", [
        post("P1", "paid"), post("P2", "paid too much"), post("P3", "unpaid"),
        post("P5", "left in March", end_date="2024-03-31"),
    ])  # fmt: skip
    pairs.deliver("public_post_payment", COUNTY, "2024-05-10", [
        paid("P1", "paid"), paid("P2", "paid too much", 801), paid("P4", "holds nothing"), paid("P5", "left in March"),
    ])  # fmt: skip
    pairs.deliver("workshop", COUNTY, "2024-05-09", [workshop("W4", 9)])
    pairs.deliver(
        "workshop", COUNTY, "2024-05-10", [workshop("W1", 6), workshop("W2", 3), workshop("W3", 2, status="exited")]
    )
    # Four of six, five of three; one each of a workshop that has left, one no longer listed and one never listed.
    crew = ["W1"] * 4 + ["W2"] * 5 + ["W3", "W4", "W9"]
    pairs.deliver("employment", COUNTY, "2024-05-10", [
        spell(f"{number} {place}", "示例车间", channel="workshop", workshop_no=number, work_division_code=COUNTY)
        for place, number in enumerate(crew)
    ])  # fmt: skip
    pairs.night("2024-05-10")
    assert compared(pairs, "post_payment") == compared(pairs, "post_payment", PREFECTURE) == (1, 1, 2, 1)
    assert compared(pairs, "workshop_headcount") == compared(pairs, "workshop_headcount", PREFECTURE) == (7, 2, 5, 0)


def test_payrolls_and_the_bank(pairs: Any) -> None:
    pairs.deliver("labor_register", SITE, "2024-05-10", [person("anyone", SITE)])
    pairs.deliver("relief_project", PROJECT, "2024-05-06", [project()])
    pairs.deliver("relief_payroll", PROJECT, "2024-05-06", [
        *(line(name, "100.00", period=APRIL) for name in ("credited", "failed", "short", "left out")),
        # Three working days after 6 May it is the ninth; three after the eighth, the eleventh.
        line("overdue", period=APRIL, batch="B2", sent_on="2024-05-06"),
        line("not due back", period=APRIL, batch="B3", sent_on="2024-05-08"),
        line("over a year ago", period="2023-04-01", batch="B4", sent_on="2023-05-06"),
    ])  # fmt: skip
    pairs.deliver("bank_return", "B1", "2024-05-09", returned(
        "B1", ("credited", "100.00", "2024-05-08"), ("failed", "100.00", None), ("short", "90.00", "2024-05-08"),
        ("stranger", "100.00", "2024-05-08"),
    ))  # fmt: skip
    pairs.deliver("bank_return", "B9", "2024-05-09", returned("B9", ("unasked", "50.00", "2024-05-08")))
    pairs.night("2024-05-10")
    assert compared(pairs, "payroll_bank", SITE) == (2, 2, 1, 1)
    # A batch that nobody sent belongs to no county.
    assert compared(pairs, "payroll_bank", PREFECTURE) == (2, 2, 2, 1)


def test_hires_on_the_platform_and_the_jobs_that_follow(pairs: Any) -> None:
    hired = {
        "begins there": "2024-04-20", "began there a month before": "2024-05-03", "begins elsewhere": "2024-04-20",
        "begins too late": "2024-04-09", "works nowhere": "2024-04-20", "was hired last week": "2024-05-04",
        "was hired in winter": "2024-02-10", "is on no register": "2024-04-20",
    }  # fmt: skip
    registered = [person(name) for name in hired if name != "is on no register"]
    pairs.deliver("labor_register", COUNTY, "2024-05-10", registered)
    pairs.deliver("employment", COUNTY, "2024-05-10", [
        # By the name, written otherwise, though the register knows a credit code and the posting does not.
        spell("begins there", "示例电子 厂", start_date="2024-05-10", employer_uscc="91532500MA00000001"),
        spell("began there a month before", start_date="2024-04-03"),
        spell("begins elsewhere", "别的厂", start_date="2024-05-01"),
        spell("begins too late", start_date="2024-05-10"),
        spell("works nowhere", start_date="2024-03-20"),
        spell("was hired last week", start_date="2024-05-05"), spell("is on no register", start_date="2024-05-01"),
    ])  # fmt: skip
    pairs.deliver("job_postings", "hr_platform", "2024-05-10", [
        {"posting_id": "P1", "employer_name": "示例电子厂", "title": "操作工", "work_division_code": "440300",
         "headcount": 5, "channel": "site", "opened_at": "2024-02-01T00:00:00Z", "updated_at": "2024-02-01T00:00:00Z"}
    ])  # fmt: skip
    pairs.deliver("applications", "hr_platform", "2024-05-10", [
        application(name, name, "hired", f"{day}T02:00:00Z") for name, day in hired.items()
    ])  # fmt: skip
    pairs.night("2024-05-10")
    assert compared(pairs, "platform_employment") == (2, 3, None, 1)
    assert compared(pairs, "platform_employment", PREFECTURE) == (2, 3, None, 1)
    assert pairs.rows(
        "select match_rate, period_from::text, period_to::text from marts.cross_feed_reconciliation"
        " where pair = 'platform_employment' and county_code = %s", COUNTY,
    ) == [(Decimal("0.3333"), "2024-02-10", "2024-05-03")]  # fmt: skip
