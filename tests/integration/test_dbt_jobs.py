"""Jobs and income: from spells, wages, services and the talent site to what the marts say of them, on a real server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.kit.nights import count_unit_tests
from tests.kit.people import token
from tests.kit.relief import contract, project
from tests.kit.reported import PLATFORM, application, person, spell

COUNTY, OTHER, PREFECTURE = "532528", "532503", "532500"
FACTS = "+fct_job +fct_wage_span +fct_service_event +fct_job_application +dim_employer +fct_post_tenure"


def training(number: str, name: str, served_on: str, **other: Any) -> dict[str, Any]:
    """A record of a county's services: a training without any later report."""
    return {
        "record_no": number, "person_key": token(name), "service_type": "skill_training", "served_on": served_on,
        "agency": "县就业局",
    } | other  # fmt: skip


def test_the_unit_tests_of_the_facts_pass(nights: Any) -> None:
    nights.select = FACTS
    nights.night("2024-05-01")
    assert count_unit_tests(nights.select) >= 8


def test_an_application_was_made_on_the_earliest_day_ever_reported(nights: Any) -> None:
    """The platform reports the last status only, so each night keeps what the one before knew; days are Beijing's."""
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

    # Deleted, and sent again with a later status.
    deleted = hired[0] | {"is_deleted": True, "updated_at": "2024-05-04T01:00:00Z"}
    nights.deliver("applications", PLATFORM, "2024-05-04", [deleted])
    nights.night("2024-05-04")
    assert nights.rows("select application_id from marts.fct_job_application") == [("2",)]
    nights.deliver("applications", PLATFORM, "2024-05-20", [application("1", "a", "hired", "2024-05-20T01:00:00Z")])
    nights.night("2024-05-20")
    again = "select applied_on::text, hired_on::text from marts.fct_job_application where application_id = '1'"
    assert nights.rows(again) == [("2024-05-01", "2024-05-20")]


def test_a_service_reported_again_is_replaced_and_a_correction_removes_it(nights: Any) -> None:
    nights.select = "+fct_service_event"
    record = training("FW1", "a", "2024-05-03", amount="300")
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


PERSONS = ["renewed", "recalled", "changed", "changed late", "left out", "announced", "sunday", "moved"]
CHILD = person("child", birth_date="2008-06-01")
SPELLS = [
    spell("renewed", start_date="2024-01-01", end_date="2024-03-10"), spell("renewed", start_date="2024-03-11"),
    spell("recalled", start_date="2023-12-01", end_date="2024-03-10"), spell("recalled", start_date="2024-04-20"),
    spell("changed", start_date="2023-12-01", end_date="2024-05-08"), spell("changed", "乙厂", start_date="2024-05-08"),
    spell("changed late", start_date="2023-12-01", end_date="2024-05-08"),
    spell("child", start_date="2024-04-01"),
    spell("sunday", start_date="2024-03-03"),
    spell("moved", start_date="2024-02-05"),
]  # fmt: skip
FLOW = """
    select county_code, week::text, hires, recalls, separations, job_to_job from marts.employment_flow
    where poverty_alleviated and hires + separations > 0 order by 1, 2
"""


def at_work(**ends: str) -> list[dict[str, Any]]:
    """The employment register; ends: the end dates that it reports, by person."""
    return [row | {"end_date": ends[name]} if (name := _name(row)) in ends else row for row in SPELLS]


def _name(row: dict[str, Any]) -> str:
    return next(name for name in [*PERSONS, "child"] if token(name) == row["person_key"])


@pytest.fixture
def flow(nights: Any) -> Any:
    """The register since Wednesday 3 January, that of another county since 1 April; jobs of 12 May."""
    nights.select = "+employment_flow"
    nights.deliver("labor_register", COUNTY, "2024-01-03", [CHILD, *(person(name) for name in PERSONS)])
    nights.deliver("labor_register", OTHER, "2024-04-01", [person("moved", OTHER)])
    leaving = spell("left out", start_date="2023-12-01"), spell("announced", start_date="2023-12-01")
    nights.deliver("employment", COUNTY, "2024-05-12", [*at_work(moved="2024-05-21"), *leaving])
    return nights


def test_hires_and_separations_by_the_days_of_jobs(flow: Any) -> None:
    """On 14 May: a later end has not happened yet, and a job that was left out on Monday ended in the week before."""
    flow.night("2024-05-12")
    leaving = spell("announced", start_date="2023-12-01", end_date="2024-05-19")
    flow.deliver("employment", COUNTY, "2024-05-13", [*at_work(moved="2024-05-21"), leaving])
    flow.night("2024-05-14")
    until_may = [
        ("2024-01-01", 1, 0, 0, 0),  # renewed: one job since, so nothing in March
        ("2024-02-05", 1, 0, 0, 0),  # moved, while registered here
        ("2024-02-26", 1, 0, 0, 0),  # sunday
        ("2024-03-04", 0, 0, 1, 0),  # recalled, the first time
        ("2024-04-15", 1, 1, 0, 0),  # recalled
        ("2024-05-06", 1, 0, 3, 1),  # changed: both; changed late; left out
    ]
    assert flow.rows(FLOW) == [(code, *row) for code in (PREFECTURE, COUNTY) for row in until_may]
    assert flow.rows(
        "select beginning_employed, ending_employed from marts.employment_flow"
        " where county_code = %s and poverty_alleviated and week in ('2024-01-01', '2024-05-06') order by week", COUNTY
    ) == [(None, 6), (7, 6)]  # fmt: skip

    # The child is 16 when its job ends; a job after 31 days is not job to job.
    late = spell("changed late", "丙厂", start_date="2024-06-08")
    flow.deliver("employment", COUNTY, "2024-06-10", [*at_work(moved="2024-05-21", child="2024-06-03"), leaving, late])
    flow.night("2024-06-10")
    since = [("2024-05-13", 0, 0, 1, 0), ("2024-06-03", 1, 0, 1, 0)]
    assert flow.rows(FLOW) == [
        *((PREFECTURE, *row) for row in [*until_may, since[0], ("2024-05-20", 0, 0, 1, 0), since[1]]),
        (OTHER, "2024-05-20", 0, 0, 1, 0),
        *((COUNTY, *row) for row in [*until_may, *since]),
    ]


def test_retention_is_known_once_the_follow_up_of_the_week_is_complete(flow: Any) -> None:
    """Hired on Sunday 3 March: known on 2 June, 91 days later; whatever nights were built, the weeks are the same."""
    kept = "select hires, retained_3m, retention_3m, retained_6m from marts.employment_flow" \
        " where county_code = %s and poverty_alleviated and week = '2024-02-26'"  # fmt: skip
    flow.night("2024-05-12")
    flow.night("2024-06-01")
    assert flow.rows(kept, COUNTY) == [(1, None, None, None)]
    flow.night("2024-06-02")
    assert flow.rows(kept, COUNTY) == [(1, 1, 1, None)]
    flow.deliver("employment", COUNTY, "2024-05-13", [row for row in at_work() if _name(row) != "sunday"])
    flow.night("2024-06-03")
    assert flow.rows(kept, COUNTY) == [(1, 0, 0, None)]
    by_night = flow.digest("employment_flow")
    flow.connection.execute("truncate store.employment_flow")
    flow.connection.execute("delete from ops.build where build > (select max(publication) from ops.publication)")
    flow.night("2024-06-03")
    assert flow.digest("employment_flow") == by_night


INCOMES = """
    select earners, wage_p10, wage_p50, wage_p90, mean_wage, earners_compared, earners_down_30pct, share_down_30pct,
        wage_earners_judged, below_minimum_wage, share_below_minimum_wage
    from marts.income_stability where county_code = %s and month = %s and population_category = %s
"""
EARNERS = [
    spell("fallen", work_division_code=COUNTY, monthly_wage="4000"),
    spell("almost", work_division_code=COUNTY, monthly_wage="4000"),
    spell("poor", work_division_code=COUNTY, monthly_wage="1600"),  # below 1690
    spell("away"),  # 4200 in Shenzhen, for which there is no minimum wage
    spell("unpaid", monthly_wage="0"),
    spell("relieved", channel="work_relief", work_division_code=COUNTY, monthly_wage="3000"),
    spell("new", monthly_wage="4000"),
]


def earning(**wages: str) -> list[dict[str, Any]]:
    """The employment register with other wages, by person; all have worked since 2023."""
    by_token = {token(name): {"monthly_wage": wage} for name, wage in wages.items()}
    return [row | {"start_date": "2023-03-01"} | by_token.get(row["person_key"], {}) for row in EARNERS]


def begin_incomes(nights: Any) -> None:
    """Jobs of 10 January and, with two lower wages, of 6 May; a contract is the main job of two, since February."""
    nights.select = "+income_stability"
    people = [person(name) for name in ("fallen", "almost", "away", "unpaid")]
    people += [person(name, population_category="general") for name in ("poor", "relieved", "contract alone")]
    nights.deliver("labor_register", COUNTY, "2024-01-10", people)
    nights.deliver("labor_register", COUNTY, "2024-05-10", [*people, person("new")])
    nights.deliver("relief_project", "532529YG001", "2024-01-10", [project()])
    contracts = [contract("relieved"), contract("contract alone")]
    nights.deliver("relief_contract", "532529YG001", "2024-02-01", contracts)
    nights.deliver("employment", COUNTY, "2024-01-10", earning())
    nights.deliver("employment", COUNTY, "2024-05-06", earning(fallen="2800", almost="2801"))
    nights.night("2024-05-20")


@pytest.fixture
def incomes(nights_after: Any) -> Any:
    return nights_after(begin_incomes)


def figures(*texts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(text) for text in texts)


def test_incomes_and_falls_of_a_month(incomes: Any) -> None:
    """A fall of exactly 30 % counts; who was not registered for three months is not compared; 0 is not an income."""
    everyone = figures("6", "1600", "2801", "4200", "3066.83", "5", "1", "0.2", "3", "1", "0.3333")
    assert incomes.rows(INCOMES, COUNTY, "2024-05-01", "all") == [everyone]
    assert incomes.rows(INCOMES, PREFECTURE, "2024-05-01", "all") == [everyone]
    assert incomes.rows(INCOMES, COUNTY, "2024-05-01", "poverty_alleviated") == [
        figures("4", "2800", "2801", "4200", "3450.25", "3", "1", "0.3333", "2", "0", "0")
    ]
    assert incomes.rows(INCOMES, COUNTY, "2024-05-01", "unstable") == [(0, *[None] * 4, 0, 0, None, 0, 0, None)]


def test_a_wage_of_may_leaves_april_as_reported(incomes: Any) -> None:
    april = figures("5", "1600", "4000", "4200", "3360", "5", "0", "0", "3", "1", "0.3333")
    assert incomes.rows(INCOMES, COUNTY, "2024-04-01", "all") == [april]
    # December came before the first register: nobody is compared in March.
    assert incomes.rows(INCOMES, COUNTY, "2024-03-01", "all")[0][5:7] == (0, 0)


def test_a_corrected_file_of_the_same_date_reverses_a_fall(incomes: Any) -> None:
    incomes.deliver("employment", COUNTY, "2024-05-06", earning(fallen="4000", almost="4000"))
    incomes.night("2024-05-21")
    assert incomes.rows(INCOMES, COUNTY, "2024-05-01", "all")[0][4:7] == figures("3466.67", "5", "0")


def test_a_night_counts_the_months_whose_incomes_it_changed(incomes: Any) -> None:
    """A raise changes May alone; what a late file reports for 15 March holds until the employment register of 6 May."""
    changed = "select distinct month::text from tonight.int_month_income_step order by 1"
    incomes.deliver("employment", COUNTY, "2024-05-21", earning(fallen="5000", almost="2801"))
    incomes.night("2024-05-21")
    assert incomes.rows(changed) == [("2024-05-01",)]
    incomes.deliver("employment", COUNTY, "2024-03-15", earning(away="1000"))
    incomes.night("2024-05-22")
    assert incomes.rows(changed) == [("2024-03-01",), ("2024-04-01",)]
    lowest = "select month::text, wage_p10, earners_down_30pct from marts.income_stability" \
        " where county_code = %s and population_category = 'all' and month >= '2024-02-01' order by 1"  # fmt: skip
    assert incomes.rows(lowest, COUNTY) == [
        ("2024-02-01", *figures("1600", "0")), ("2024-03-01", *figures("1000", "0")),
        ("2024-04-01", *figures("1000", "1")), ("2024-05-01", *figures("1600", "0")),
    ]  # fmt: skip


SERVED = """
    select training_type, events, persons, of_which_poverty_alleviated, hired_within_90d, hire_rate, out_of_work,
        out_of_work_hired, out_of_work_hire_rate, wage_pairs, wage_change, cost
    from marts.service_effect where county_code = %s and month = '2024-05-01' order by 1
"""


def test_what_followed_a_training_within_ninety_days(nights: Any) -> None:
    """Of two trainings the first counts; a job of the very day counts, one of the 91st does not; strangers count."""
    nights.select = "+service_effect"
    names = ("at once", "two kinds", "ninety", "too late")
    people = [*(person(name) for name in names), person("raised", population_category="general")]
    nights.deliver("labor_register", COUNTY, "2024-04-01", people)
    nights.deliver(
        "employment_service", COUNTY, "2024-06-02",
        [
            training("1", "at once", "2024-05-10", amount="300"),
            training("2", "at once", "2024-05-20", amount="200"),
            training("3", "two kinds", "2024-05-03", training_type="targeted"),
            training("4", "two kinds", "2024-05-25", training_type="post_based"),
            training("5", "ninety", "2024-05-02"),
            training("6", "too late", "2024-05-02"),
            training("7", "raised", "2024-05-05"),
            training("8", "a stranger", "2024-05-05"),
            training("9", "raised", "2024-09-01"),
        ],
    )  # fmt: skip
    spells = [
        spell("at once", start_date="2024-05-10"), spell("two kinds", start_date="2024-05-20"),
        spell("raised", start_date="2023-05-10", monthly_wage="4000"),
    ]  # fmt: skip
    nights.deliver("employment", COUNTY, "2024-05-31", spells)
    spells[2] |= {"monthly_wage": "4500"}
    late = [spell("ninety", start_date="2024-07-31"), spell("too late", start_date="2024-08-01")]
    nights.deliver("employment", COUNTY, "2024-08-02", [*spells, *late])
    nights.night("2024-08-28")
    assert {row[5] for row in nights.rows(SERVED, COUNTY)} == {None}
    nights.night("2024-08-29")
    assert nights.rows(SERVED, COUNTY) == nights.rows(SERVED, PREFECTURE) == [
        ("all", *figures("8", "6", "4", "3", "0.5", "3", "2", "0.6667", "2", "250", "500")),
        ("post_based", *figures("1", "1", "1", "0", "0", "0", "0"), None, *figures("1", "0", "0")),
        ("targeted", *figures("1", "1", "1", "1", "1", "1", "1", "1", "0"), None, 0),
        ("unstated", *figures("6", "5", "3", "2", "0.4", "2", "1", "0.5", "2", "250", "500")),
    ]  # fmt: skip


def posting(number: str, opened_at: str, headcount: int, wages: tuple[int, int], **other: Any) -> dict[str, Any]:
    """An open posting of the talent site for work in the county."""
    return {
        "posting_id": number, "employer_name": "示例电子厂", "title": "工人", "work_division_code": COUNTY,
        "channel": "site", "headcount": headcount, "wage_min": wages[0], "wage_max": wages[1], "opened_at": opened_at,
        "updated_at": opened_at,
    } | other  # fmt: skip


def test_vacancies_are_offered_applied_for_and_filled(nights: Any) -> None:
    """Work elsewhere counts in the prefecture alone; the share filled is known 30 days after the month."""
    nights.select = "+vacancy_monitor"
    nights.deliver("labor_register", COUNTY, "2024-04-10", [person("a"), person("b")])
    nights.deliver(
        "job_postings", PLATFORM, "2024-05-06",
        [
            posting("P1", "2024-05-02T01:00:00Z", 4, (3000, 4000), closed_at="2024-05-20T01:00:00Z"),
            posting("P2", "2024-04-30T17:00:00Z", 1, (5000, 6000), channel="video"),  # 1 May in Beijing
            posting("P3", "2024-05-03T01:00:00Z", 10, (4000, 5000), work_division_code="440300"),
            posting("P4", "2024-05-03T01:00:00Z", 10, (4000, 5000), is_deleted=True),
        ],
    )  # fmt: skip
    first = application("1", "a", "applied", "2024-05-05T01:00:00Z")
    nights.deliver(
        "applications", PLATFORM, "2024-05-06",
        [first, application("2", "a", "applied", "2024-05-06T01:00:00Z", posting_id="P2")],
    )  # fmt: skip
    nights.night("2024-05-06")
    hired = {"status": "hired", "status_at": "2024-05-12T01:00:00Z", "updated_at": "2024-05-12T01:00:00Z"}
    nights.deliver(
        "applications", PLATFORM, "2024-06-29", [first | hired, application("3", "b", "hired", "2024-06-03T01:00:00Z")]
    )
    vacancies = """
        select to_char(month, 'MM'), channel, postings, headcount, open_postings, open_headcount, applications,
            applicants, hired, fill_rate, median_days_to_hire, median_wage_min, median_wage_max
        from marts.vacancy_monitor where county_code = %s order by 1, 2
    """
    nights.night("2024-06-29")
    assert {row[9] for row in nights.rows(vacancies, COUNTY)} == {None}
    nights.night("2024-06-30")
    none = [None] * 3
    assert nights.rows(vacancies, COUNTY) == [
        ("05", "all", *figures("2", "5", "1", "1", "2", "1", "1", "0.4", "10", "3000", "4000")),
        ("05", "site", *figures("1", "4", "0", "0", "1", "1", "1", "0.5", "10", "3000", "4000")),
        ("05", "video", *figures("1", "1", "1", "1", "1", "1", "0", "0"), None, *figures("5000", "6000")),
        ("06", "all", *figures("0", "0", "1", "1", "1", "1", "1"), None, 32, None, None),
        ("06", "site", *figures("0", "0", "0", "0", "1", "1", "1"), None, 32, None, None),
        ("06", "video", *figures("0", "0", "1", "1", "0", "0", "0"), None, *none),
    ]
    assert nights.rows(vacancies, PREFECTURE)[0] == (
        "05", "all", *figures("3", "15", "2", "11", "2", "1", "1", "0.1333", "10", "4000", "5000"),
    )  # fmt: skip


def test_an_employer_that_many_leave_is_watched(nights: Any) -> None:
    """One of ten is ten per cent, one of eleven is less; a job that began in the month is not in the base."""
    nights.select = "+layoff_watch"
    staff = {"十人厂": 10, "十一人厂": 11, "新厂": 1}
    names = [f"{employer} {number}" for employer, count in staff.items() for number in range(count)]
    leaving = {"十人厂 0": "2024-05-10", "十一人厂 0": "2024-05-31", "新厂 0": "2024-05-20"}
    people = [person(name, population_category="general" if name == "十人厂 0" else "unstable") for name in names]
    nights.deliver("labor_register", COUNTY, "2024-04-10", people)
    spells = [
        spell(
            name, name.split()[0], end_date=leaving.get(name),
            start_date="2024-05-02" if name.startswith("新厂") else "2023-05-02",
        )
        for name in names
    ]  # fmt: skip
    nights.deliver("employment", COUNTY, "2024-05-31", spells)
    nights.night("2024-05-31")
    assert nights.rows(
        "select employer_name, month::text, separations, poverty_alleviated_separations, jobs_at_beginning, layoff_flag"
        " from marts.layoff_watch order by jobs_at_beginning"
    ) == [
        ("新厂", "2024-05-01", 1, 1, 0, False),
        ("十人厂", "2024-05-01", 1, 0, 10, True),
        ("十一人厂", "2024-05-01", 1, 1, 11, False),
    ]
