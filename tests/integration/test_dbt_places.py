"""Places and movement: agreements and events, who works where, and what is on offer nearby."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.kit.nights import count_unit_tests
from tests.kit.people import token
from tests.kit.reported import COUNTY, OTHER, PLATFORM, application, order, person, report, spell

MARTS = (
    "+local_employment +relief_demand +labor_cooperation +labor_brand_monitor +industry_absorption"
    " +transport_allowance +youth_unemployment"
)
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


def test_an_agreement_that_is_left_out_ends_and_one_that_returns_continues(nights: Any) -> None:
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
    events_query = "select event_no, posts_offered, township_code from marts.fct_job_event order by 1"
    assert nights.rows(events_query) == [("1", 30, "532528000"), ("2", 10, "532528101")]

    # A late report of the week between, and a correction without event 2.
    nights.deliver("job_event", COUNTY, "2024-05-12", [event("1", "2024-05-02", posts_offered=20)])
    nights.deliver("job_event", COUNTY, "2024-05-05", [event("1", "2024-05-02")])
    nights.night("2024-05-20")
    assert nights.rows(events_query) == [("1", 30, "532528000")]

    # The latest report takes event 1 back: the report before it counts.
    nights.deliver("job_event", COUNTY, "2024-05-19", [event("3", "2024-05-18")])
    nights.night("2024-05-21")
    assert nights.rows(events_query) == [("1", 20, "532528101"), ("3", 10, "532528101")]


def project(number: str, county: str = COUNTY, **other: Any) -> dict[str, Any]:
    """A row of a work-relief project: open since January, in the first township, with three places."""
    return {
        "project_no": number, "project_name": number, "county_code": county, "township_code": f"{county}101",
        "project_type": "small_infrastructure", "total_investment": 100, "relief_funds": 100,
        "planned_remuneration": 30, "planned_workers": 3, "started_on": "2024-01-10",
        "planned_completion_on": "2024-12-31", "owner_unit": "业主", "contractor": "施工",
    } | other  # fmt: skip


def test_who_waits_for_work_nearby_and_the_places_of_open_projects(nights: Any) -> None:
    nights.select = "+relief_demand"
    waiting = {"job_intention": "nearby"}
    everyone = [
        person("priority", **waiting), person("general", population_category="general", **waiting),
        person("relocated", population_category="general", is_relocated=True, **waiting),
        person("low income", population_category="general", is_low_income=True, **waiting),
        person("away", job_intention="away"), person("undecided"), person("pupil", in_school=True, **waiting),
        person("works", **waiting), person("other township", township_code=f"{COUNTY}102", **waiting),
    ]  # fmt: skip
    report(nights, COUNTY, "2024-05-01", everyone, [spell("works")])
    # Full with one too many; two of three places open; without a township; ended on the last day of April.
    projects = {
        "P1": project("P1", planned_workers=1), "P2": project("P2"),
        "P3": project("P3", township_code=None, planned_workers=5),
        "P4": project("P4", completed_on="2024-05-31"), "P5": project("P5", OTHER),
    }  # fmt: skip
    for number, row in projects.items():
        nights.deliver("relief_project", number, "2024-05-01", [row])
    workers = {"P1": ["p1", "p2"], "P2": ["p3"]}
    for number, names in workers.items():
        contracts = [
            {"project_no": number, "person_key": token(name), "onsite_from": "2024-04-01", "daily_wage": 100,
             "offsite_on": "2024-05-31"} for name in names
        ]  # fmt: skip
        nights.deliver("relief_contract", number, "2024-05-01", contracts)
    nights.night("2024-06-03")
    query = """
        select township_code, wanting_nearby_work, of_which_priority, project_places_open, gap, projects_within_county
        from marts.relief_demand where month = %s order by 1
    """
    # P2 has 2 places and P3 5 while the contracts run; P4 is completed on the day itself. The project of a county
    # without a register counts in the prefecture: three more places.
    assert nights.rows(query, "2024-05-01") == [
        ("532500", 5, 4, 10, -5, 4), ("532528", 5, 4, 7, -2, 3), ("532528000", 0, 0, 5, -5, 3),
        ("532528101", 4, 3, 2, 2, 3), ("532528102", 1, 1, 0, 1, 3),
    ]  # fmt: skip
    # In June nobody is on site: P1 has a place, P2 three.
    assert nights.rows(query, "2024-06-01") == [
        ("532500", 5, 4, 12, -7, 4), ("532528", 5, 4, 9, -4, 3), ("532528000", 0, 0, 5, -5, 3),
        ("532528101", 4, 3, 4, 0, 3), ("532528102", 1, 1, 0, 1, 3),
    ]  # fmt: skip
    assert nights.rows("select distinct counties_reporting from marts.relief_demand where county_code = '532500'") == [
        (1,)
    ]


def test_partners_brands_and_industries_by_month(nights: Any) -> None:
    """Months end with what is known tonight; a brand that is named later counts in the months that it covers."""
    nights.select = "+labor_cooperation +labor_brand_monitor +industry_absorption"
    there, here = {"is_organised": True, "labor_brand": "梯田巧手"}, {"work_division_code": COUNTY, "industry": "C"}
    spells = [
        spell("organised", **there), spell("by herself", labor_brand="  "),
        spell("abroad", work_division_code="990000"),
        spell("at home", end_date="2024-04-30", **here), spell("nearby", work_division_code=OTHER, industry="A"),
    ]  # fmt: skip
    names = ("organised", "by herself", "abroad", "at home", "nearby")
    people = [person(name, population_category="general" if name == "by herself" else "lifted_out") for name in names]
    nights.deliver("labor_cooperation", COUNTY, "2024-04-20", [agreement("A", planned_workers=4)])
    report(nights, COUNTY, "2024-04-20", people, spells)
    nights.night("2024-05-01")
    partners = """
        select partner_code, employed_there, poverty_alleviated_employed_there, organised, fulfilment_rate
        from marts.labor_cooperation where county_code = %s and month = '2024-04-01' order by 1
    """
    expected = [
        ("440000", 2, 1, 1, Decimal("0.25")), (OTHER, 1, 1, 0, None), ("990000", 1, 1, 0, None),
    ]  # fmt: skip
    assert nights.rows(partners, COUNTY) == nights.rows(partners, "532500") == expected
    named = "select distinct partner_code from marts.labor_cooperation where is_notice_partner"
    assert nights.rows(named) == [("440000",)]
    nights.connection.execute("update seeds.setting set value = '350000，990000' where name = 'notice_partners'")
    brands = "select labor_brand, month::text, persons, poverty_alleviated, median_income, counties from"
    brands += " marts.labor_brand_monitor order by 1, 2"
    assert nights.rows(brands) == [
        ("梯田巧手", f"2024-0{month}-01", 1, 1, Decimal(4200), 1) for month in (4, 5)
    ]  # fmt: skip
    industries = """
        select county_code, industry, month::text, employed, poverty_alleviated_employed
        from marts.industry_absorption order by 3, 1, 2
    """
    april = [
        ("532500", "A", "2024-04-01", 1, 1),
        ("532500", "C", "2024-04-01", 1, 1),
        (COUNTY, "C", "2024-04-01", 1, 1),
    ]
    # The other county, where one of them works, has no register: the job counts in the prefecture alone.
    assert nights.rows(industries) == [*april, ("532500", "A", "2024-05-01", 1, 1)]

    # In May the county names the brand of another spell, which began in March.
    spells[1] = spell("by herself", labor_brand="梯田巧手", monthly_wage="5000")
    report(nights, COUNTY, "2024-05-10", people, spells)
    nights.night("2024-05-10")
    assert nights.rows(named) == [("990000",)]
    # The wage is the one reported at the time: 4200 at the end of April.
    assert nights.rows(brands) == [
        ("梯田巧手", "2024-04-01", 2, 1, Decimal(4200), 1), ("梯田巧手", "2024-05-01", 2, 1, Decimal(4200), 1),
    ]  # fmt: skip
    # Nothing arrived for 30 April, and the reports of 10 May are there but May is not over.
    states = "select distinct month::text, obs_status from marts.labor_cooperation order by 1"
    assert nights.rows(states) == [("2024-04-01", "E"), ("2024-05-01", "E")]
    nights.deliver("labor_cooperation", COUNTY, "2024-05-10", [agreement("A", planned_workers=4)])
    nights.night("2024-05-10")
    assert nights.rows(states) == [("2024-04-01", "E"), ("2024-05-01", "P")]


def test_a_late_roster_with_another_wage_changes_what_a_brand_earned_in_its_month(nights: Any) -> None:
    """A later employment register is believed of the job itself, so nothing else of it changes."""
    nights.select = "+labor_brand_monitor"
    works = spell("works", labor_brand="梯田巧手", monthly_wage="4000")
    for day in ("2024-04-15", "2024-05-20"):
        report(nights, COUNTY, day, [person("works")], [works])
    nights.night("2024-06-01")
    earned = "select month::text, median_income from marts.labor_brand_monitor order by 1"
    assert nights.rows(earned) == [(f"2024-0{month}-01", 4000) for month in (4, 5, 6)]
    nights.deliver("employment", COUNTY, "2024-04-25", [works | {"monthly_wage": "3500"}])
    nights.night("2024-06-02")
    assert nights.rows(earned) == [("2024-04-01", 3500), ("2024-05-01", 4000), ("2024-06-01", 4000)]


def payroll_line(number: str, name: str, days: int) -> dict[str, Any]:
    return {
        "project_no": number, "period": "2024-05-01", "person_key": token(name), "days_worked": days,
        "amount_due": 100, "amount_paid": 100,
    }  # fmt: skip


@pytest.fixture
def nearby(nights: Any) -> Any:
    """The month of May of a county, as known on 20 June; the other county has no register."""
    nights.select = "+local_employment"
    second = {"township_code": f"{COUNTY}102"}
    placed = ("placed", "too late", "hired twice", "hired there")
    people = [person(name) for name in ("at home", "away", "post and relief", *placed)]
    spells = [
        spell("at home", work_division_code=COUNTY), spell("away"), spell("placed", start_date="2024-05-20"),
        spell("too late", start_date="2024-05-21"), spell("hired twice", "甲厂", start_date="2024-05-02"),
        spell("hired twice", "乙厂", start_date="2024-05-09"),
    ]  # fmt: skip
    report(nights, COUNTY, "2024-04-28", [*people, person("order taker", **second)], [])
    report(nights, COUNTY, "2024-05-31", [*people, person("order taker", **second)], spells)
    orders = [
        # Completed on 1 May in Beijing.
        order("1", "order taker", "2024-04-30T16:30:00Z", hours=3, amount_due=100, amount_paid=100,
              paid_at="2024-05-02T02:00:00Z"),
        order("2", "order taker", "2024-05-10T02:00:00Z", f"{COUNTY}102", hours=2, amount_due=80, amount_paid=0),
        order("3", "order taker", "2024-05-10T04:00:00Z", f"{COUNTY}102", paid_at="2024-05-13T02:00:00Z"),
        order("4", "stranger", "2024-05-11T02:00:00Z", market_code="M2", hours=5.5, amount_due=60, amount_paid=60,
              paid_at="2024-05-11T04:00:00Z"),
        order("5", "order taker", "2024-05-12T02:00:00Z", "440306001"),
    ]  # fmt: skip
    nights.deliver("gig_orders", PLATFORM, "2024-05-20", orders)
    hired = application("4", "hired there", "hired", "2024-05-15T02:00:00Z")
    applied = [application(name, name, "applied", "2024-04-20T02:00:00Z") for name in placed[:3]]
    nights.deliver("applications", PLATFORM, "2024-05-20", [*applied, hired])
    nights.deliver(
        "job_event", COUNTY, "2024-06-02",
        [event("1", "2024-05-05"), event("2", "2024-05-31", township_code=None), event("3", "2024-06-30")],
    )  # fmt: skip
    services = [("1", "甲服务站"), ("2", "甲服务站 "), ("3", "乙服务站")]
    nights.deliver(
        "employment_service", COUNTY, "2024-06-02",
        [{"record_no": number, "person_key": token("away"), "service_type": "career_guidance", "agency": agency,
          "served_on": "2024-05-03"} for number, agency in services],
    )  # fmt: skip
    for number, county in (("P1", COUNTY), ("P2", OTHER)):
        nights.deliver("relief_project", number, "2024-05-01", [project(number, county)])
    lines = [payroll_line("P1", "post and relief", 12), payroll_line("P1", "outsider", 5)]
    nights.deliver("relief_payroll", "P1", "2024-06-10", lines)
    nights.deliver("relief_payroll", "P2", "2024-06-10", [payroll_line("P2", "outsider", 4)])
    nights.deliver(
        "public_post_payment", COUNTY, "2024-06-10",
        [{"person_key": token("post and relief"), "post_no": "P1", "period": "2024-05-01", "days_present": 22,
          "amount_due": 800, "amount_paid": 800}],
    )  # fmt: skip
    nights.night("2024-06-20")
    return nights


def of_may(nights: Any, columns: str) -> dict[str, tuple[Any, ...]]:
    rows = nights.rows(f"select township_code, {columns} from marts.local_employment where month = '2024-05-01'")
    return {code: tuple(values) for code, *values in rows}


def test_work_nearby_by_township(nearby: Any) -> None:
    first, second, none = f"{COUNTY}101", f"{COUNTY}102", f"{COUNTY}000"
    orders = "gig_orders, gig_workers, gig_hours, gig_paid, median_days_to_gig_payment, gig_unpaid_orders"
    whole = (4, 2, Decimal("11.5"), 210, 1, 1)
    assert of_may(nearby, orders) == {
        "532500": whole, COUNTY: whole, first: (2, 2, Decimal("8.5"), 160, Decimal("0.5"), 0),
        second: (2, 1, 3, 50, 3, 1), none: (0, 0, 0, 0, None, 0),
    }  # fmt: skip
    assert of_may(nearby, "nearby_employed, events, posts_offered, intents, placed_30d") == {
        "532500": (1, 2, 20, 4, 3), COUNTY: (1, 2, 20, 4, 3), first: (1, 1, 10, 2, 3), second: (0, 0, 0, 0, 0),
        none: (0, 1, 10, 2, 0),
    }  # fmt: skip
    # 22 + 12 days fit into May; the outsider's days count where each project is, in the prefecture once.
    assert of_may(nearby, "persons_with_days, mean_days_worked") == {
        "532500": (3, 14), COUNTY: (3, Decimal("12.67")), first: (1, 31), second: (1, 2), none: (1, 5),
    }  # fmt: skip
    assert of_may(nearby, "agencies_active, markets_active, counties_reporting") == {
        "532500": (2, 2, 1), COUNTY: (2, 2, None), first: (None,) * 3, second: (None,) * 3, none: (None,) * 3,
    }  # fmt: skip


def test_the_transport_allowance_reaches_those_who_work_far_away(nights: Any) -> None:
    """Eligible are the poverty-alleviated with 90 days in another province since 1 January, as far as registers go."""
    nights.select = "+transport_allowance"
    general = {"population_category": "general"}
    names = ("unpaid", "paid", "one day short", "not far", "paid nearby")
    people = [*(person(name) for name in names), person("general", **general)]
    spells = [
        spell("unpaid"), spell("paid"), spell("general"), spell("not far", work_division_code="530100"),
        spell("one day short", start_date="2024-03-02"),
    ]  # fmt: skip
    report(nights, COUNTY, "2023-12-01", people, spells)
    allowances = [("1", "paid", "2024-04-01"), ("2", "paid nearby", "2024-05-30"), ("3", "unpaid", "2023-12-31"),
                  ("4", "on no register", "2024-02-01"), ("5", "unpaid", "2024-05-31")]  # fmt: skip
    nights.deliver(
        "employment_service", COUNTY, "2024-05-26",
        [{"record_no": number, "person_key": token(name), "service_type": "transport_allowance", "served_on": day,
          "agency": "甲"} for number, name, day in allowances],
    )  # fmt: skip
    query = "select county_code, year, eligible, paid, paid_eligible, paid_not_eligible, coverage"
    query += " from marts.transport_allowance order by 1"
    nights.night("2024-05-29")
    row = (2024, 2, 2, 1, 1, Decimal("0.5"))
    assert nights.rows(query) == [("532500", *row), (COUNTY, *row)]
    # From 2 March to 29 May are 89 days; the day after, the spell that began then has 90.
    nights.night("2024-05-30")
    row = (2024, 3, 3, 1, 2, Decimal("0.3333"))
    assert nights.rows(query) == [("532500", *row), (COUNTY, *row)]


def test_young_people_without_work_for_a_year(nights: Any) -> None:
    nights.select = "+youth_unemployment"
    born = {
        "sixteen": "2008-05-30", "twenty-four": "1999-05-31", "twenty-five": "1999-05-30", "thirty-five": "1988-05-31",
        "thirty-six": "1988-05-30", "child": "2008-05-31", "worker": "2000-01-01", "lost work": "2000-01-01",
        "lost it later": "2000-01-01",
    }  # fmt: skip
    people = [person(name, birth_date=day, education="junior_high") for name, day in born.items()]
    late = person("registered late", birth_date="2000-01-01")
    spells = [
        spell("worker"), spell("lost work", start_date="2023-01-01", end_date="2023-05-30"),
        spell("lost it later", start_date="2023-01-01", end_date="2023-05-31"),
    ]  # fmt: skip
    report(nights, COUNTY, "2023-05-30", people, [])
    report(nights, COUNTY, "2023-06-01", [*people, late], [])
    report(nights, COUNTY, "2024-05-30", [*people, late], spells)
    nights.night("2024-05-30")
    cells = """
        select age_group, education, labour_force, employed, unemployed_12m from marts.youth_unemployment
        where county_code = %s order by 1, 2
    """
    # A year without work: twenty-four and sixteen (not yet in the labour force, but on the register), and the one whose
    # work ended on 30 May; not the one who came to the register on 1 June.
    expected = [("16-24", "junior_high", 5, 1, 3), ("16-24", "unknown", 1, 0, 0), ("25-35", "junior_high", 2, 0, 2)]
    assert nights.rows(cells, COUNTY) == nights.rows(cells, "532500") == expected


def test_the_unit_tests_of_the_marts_pass(nights: Any) -> None:
    nights.select = MARTS
    nights.night("2024-05-01")
    assert count_unit_tests("fct_cooperation labor_cooperation") == 2
    assert [nights.scalar(f"select count(*) from marts.{name.removeprefix('+')}") for name in MARTS.split()] == [0] * 7
