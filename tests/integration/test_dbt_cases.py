"""The list of cases: what nights find, and the memory of it, through dbt on a real server."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.kit.people import token
from tests.kit.relief import PROJECT, SITE, contract, line, project
from tests.kit.reported import COUNTY, OTHER, dispute, person, registered, report, spell, study, workshop

from employment_warehouse import publication
from employment_warehouse.database import DatabaseRefusal

WAGES = f"{PROJECT}·2024-03-01"
OWED = Decimal("2640.00")


@pytest.fixture
def cases(nights: Any) -> Any:
    nights.select = "+finding_case,resource_type:model"
    return nights


def listed(nights: Any, *kinds: str) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """Cases of some kinds: finding, key and first day → last seen, closed on, reason."""
    return {
        (finding, key, opened): tuple(rest)
        for finding, key, opened, *rest in nights.rows(
            "select finding, case_key, opened_on::text, last_seen_on::text, closed_on::text, close_reason"
            " from marts.finding_case where case_kind = any(%s)", list(kinds),
        )
    }  # fmt: skip


def case(nights: Any, finding: str) -> dict[str, Any]:
    (row,) = nights.records("select * from marts.finding_case where finding = %s and closed_on is null", finding)
    return dict(row)


def test_a_case_is_found_paid_held_found_again_and_forgotten(cases: Any) -> None:
    def payroll(on: str, **owed: Any) -> None:
        cases.deliver("relief_payroll", PROJECT, on, [
            line("owed", **({"batch_no": None, "sent_on": None} | owed)), line("without contract", batch_no=None),
        ])  # fmt: skip

    def contracts(on: str, *people: str) -> None:
        cases.deliver("relief_contract", PROJECT, on, [contract(name) for name in people])

    people = [registered("owed", county=SITE), registered("without contract", county=SITE)]
    cases.deliver("labor_register", SITE, "2024-05-20", people)
    cases.deliver("relief_project", PROJECT, "2024-05-20", [project(township_code="532529101")])
    contracts("2024-05-20", "owed")
    payroll("2024-05-20", amount_paid=0, paid_on=None)
    cases.night("2024-05-20")
    unpaid, no_contract = f"{WAGES}·unpaid", f"{WAGES}·no_contract"
    assert listed(cases, "relief_payroll") == {
        # Owed since the day after the agreed one; a contract is missing since it was first seen.
        ("unpaid", unpaid, "2024-04-16"): ("2024-05-20", None, None),
        ("no_contract", no_contract, "2024-05-20"): ("2024-05-20", None, None),
    }
    owed = case(cases, "unpaid")
    assert {name: owed[name] for name in (
        "county_code", "township_code", "unit_to_act_zh", "unit_to_act_en", "hanging_stage", "amount", "lines",
        "days_open", "urgency", "waived_until",
    )} == {
        # Listed, signed and approved; 34 days from 16 April.
        "county_code": "532529", "township_code": "532529101", "unit_to_act_zh": "业主单位（村委会）",
        "unit_to_act_en": "project owner (村委会)", "hanging_stage": "send", "amount": OWED, "lines": 1,
        "days_open": 34, "urgency": 34 * OWED, "waived_until": None,
    }  # fmt: skip
    # What a single person is owed is for those who act on it: the case names the payroll alone.
    assert owed["evidence"] == {"project_no": PROJECT, "period": "2024-03-01", "finding": "unpaid"}
    assert (case(cases, "no_contract")["unit_to_act_zh"], case(cases, "no_contract")["urgency"]) == (
        "县（市）人社局",
        0,
    )

    # The wages were paid yesterday, and the contract was missing by mistake.
    payroll("2024-05-21", paid_on="2024-05-20")
    contracts("2024-05-21", "owed", "without contract")
    cases.night("2024-05-21")
    closed = {
        ("unpaid", unpaid, "2024-04-16"): ("2024-05-20", "2024-05-20", "resolved"),
        ("no_contract", no_contract, "2024-05-20"): ("2024-05-20", "2024-05-21", "gone"),
    }
    assert listed(cases, "relief_payroll") == closed
    assert cases.rows("select days_open, urgency from marts.finding_case where finding = 'unpaid'") == [(34, 34 * OWED)]

    # A night that is held changes nothing; the next one compares with what was published last.
    payroll("2024-05-22", amount_paid=0, paid_on=None)
    contracts("2024-05-21", "owed")
    held = cases.start("2024-05-22")
    cases.build(held)
    publication.hold_night(held, "a figure fell")
    assert listed(cases, "relief_payroll") == closed
    reopened = {
        # Found again since the same day: the same case. Found since a later day: a new one, beside the old.
        ("unpaid", unpaid, "2024-04-16"): ("2024-05-23", None, None),
        ("no_contract", no_contract, "2024-05-20"): ("2024-05-20", "2024-05-21", "gone"),
        ("no_contract", no_contract, "2024-05-23"): ("2024-05-23", None, None),
    }
    unpaid_case, until = ("relief_payroll", "unpaid", unpaid), date(2024, 6, 30)
    with pytest.raises(DatabaseRefusal, match="no such open case"):
        publication.waive_case(unpaid_case, until, "法院查封账户")
    for waived in (None, until):  # the same date published again keeps what was first seen
        cases.night("2024-05-23")
        assert listed(cases, "relief_payroll") == reopened
        assert case(cases, "unpaid")["waived_until"] == waived
        if waived is None:
            publication.waive_case(unpaid_case, until, "法院查封账户")
    assert cases.rows("select kind, subject, reason from ops.act where kind = 'grant_waiver'") == [
        ("grant_waiver", f"case:relief_payroll:unpaid {unpaid} 2024-05-23–2024-06-30", "法院查封账户")
    ]
    for wrong, code in (((date(2024, 5, 23), "已过期限"), "WH015"), ((until, " "), "WH005")):
        with pytest.raises(DatabaseRefusal) as refusal:
            publication.waive_case(unpaid_case, *wrong)
        assert refusal.value.code == code

    # Half of it is paid: another finding, and no end of the first.
    payroll("2024-05-24", amount_paid="1000.00", paid_on="2024-05-23")
    cases.connection.execute(
        "insert into seeds.setting (name, valid_from, value, enabled)"
        " values ('case_kept_days', '2024-05-24', '3', true)"
    )
    cases.night("2024-05-24")
    assert listed(cases, "relief_payroll") == {
        ("unpaid", unpaid, "2024-04-16"): ("2024-05-23", "2024-05-24", "gone"),
        ("underpaid", f"{WAGES}·underpaid", "2024-04-16"): ("2024-05-24", None, None),
        ("no_contract", no_contract, "2024-05-23"): ("2024-05-24", None, None),
    }
    assert case(cases, "underpaid")["amount"] == Decimal("1640.00")


def test_cases_of_households_disputes_graduates_and_feeds(cases: Any) -> None:
    people = [
        person("relocated", is_relocated=True), person("stays at home", is_relocated=True),
        person("lives elsewhere"), person("monitored", population_category="unstable"),
    ]  # fmt: skip
    post = {
        "post_no": "P1", "post_category": "保洁", "township_code": f"{COUNTY}101", "village_code": f"{COUNTY}101001",
        "person_key": token("holder"), "start_date": "2024-01-01", "term_months": 4, "is_full_time": False,
        "monthly_subsidy": 800,
    }  # fmt: skip
    cases.deliver("public_post", COUNTY, "2024-05-13", [post])
    report(cases, COUNTY, "2024-05-13", people, [])
    cases.deliver("labor_dispute", COUNTY, "2024-05-13", [
        dispute("D1", "2024-03-20", accepted_on="2024-03-25"),  # due to end by 9 May
        dispute("D2", "2024-05-06"), dispute("D3", "2024-05-07", amount_claimed=None),  # six working days, and five
    ])  # fmt: skip
    cases.deliver(
        "youth_support", COUNTY, "2024-05-13", [study("relocated", "2023-05-13"), study("pupil", "2023-05-14")]
    )
    cases.night("2024-05-13")
    household = f"{COUNTY}·H-relocated"
    kinds = ("zero_employment_household", "return_risk", "public_post", "dispute_overdue", "youth_long_term")
    assert listed(cases, *kinds) == {
        # The term ended in April; nothing is older than the first register.
        ("over_term", f"{COUNTY}·P1·over_term", "2024-05-13"): ("2024-05-13", None, None),
        ("zero_employment_household", household, "2024-05-13"): ("2024-05-13", None, None),
        ("zero_employment_household", f"{COUNTY}·H-stays at home", "2024-05-13"): ("2024-05-13", None, None),
        ("return_risk", f"{COUNTY}·H-monitored", "2024-05-13"): ("2024-05-13", None, None),
        ("open_over_45d", f"{COUNTY}·D1·{token('D1')}", "2024-05-10"): ("2024-05-13", None, None),
        ("waiting_over_5d", f"{COUNTY}·D2·{token('D2')}", "2024-05-13"): ("2024-05-13", None, None),
        ("youth_long_term", f"{token('relocated')}·2021-09-01", "2024-05-13"): ("2024-05-13", None, None),
    }
    assert case(cases, "open_over_45d")["amount"] == Decimal("1000.00")
    assert case(cases, "open_over_45d")["urgency"] == Decimal("3000.00")
    silent = {key.split("·")[0] for _, key, _ in listed(cases, "feed") if key.endswith(COUNTY)}
    # Weekly reports are due since Sunday the nineteenth only, payments of posts since the tenth of June.
    assert silent == {"workshop", "resettlement_site", "labor_cooperation"}
    assert ("feed", f"labor_register·{OTHER}", "2024-05-13") in listed(cases, "feed")

    # A week later: work found and lost again unseen, a household gone, decisions, and a register that came late.
    worked = spell("relocated", start_date="2024-05-15", end_date="2024-05-16")
    cases.deliver("public_post", COUNTY, "2024-05-21", [post | {"end_date": "2024-05-17"}])
    report(cases, COUNTY, "2024-05-18", people, [])
    report(cases, COUNTY, "2024-05-21", people[:1] + people[2:], [worked, spell("monitored", start_date="2024-05-17")])
    cases.deliver("labor_register", OTHER, "2024-05-21", [person("other", OTHER)])
    cases.deliver("labor_dispute", COUNTY, "2024-05-21", [
        dispute("D1", "2024-03-20", accepted_on="2024-03-25", closed_on="2024-05-14", result="mediated"),
        dispute("D2", "2024-05-06", accepted_on="2024-05-20"),
        dispute("D3", "2024-05-07", amount_claimed=None),
    ])  # fmt: skip
    cases.night("2024-05-21")
    assert listed(cases, *kinds) == {
        ("over_term", f"{COUNTY}·P1·over_term", "2024-05-13"): ("2024-05-13", "2024-05-18", "resolved"),
        ("zero_employment_household", household, "2024-05-13"): ("2024-05-13", "2024-05-15", "resolved"),
        ("zero_employment_household", household, "2024-05-17"): ("2024-05-21", None, None),
        ("zero_employment_household", f"{COUNTY}·H-stays at home", "2024-05-13"): (
            "2024-05-13", "2024-05-21", "resolved",
        ),
        ("return_risk", f"{COUNTY}·H-monitored", "2024-05-13"): ("2024-05-13", "2024-05-21", "gone"),
        ("return_risk", household, "2024-05-21"): ("2024-05-21", None, None),
        ("open_over_45d", f"{COUNTY}·D1·{token('D1')}", "2024-05-10"): ("2024-05-13", "2024-05-14", "resolved"),
        ("waiting_over_5d", f"{COUNTY}·D2·{token('D2')}", "2024-05-13"): ("2024-05-13", "2024-05-20", "resolved"),
        ("waiting_over_5d", f"{COUNTY}·D3·{token('D3')}", "2024-05-14"): ("2024-05-21", None, None),
        ("youth_long_term", f"{token('relocated')}·2021-09-01", "2024-05-13"): ("2024-05-13", "2024-05-21", "gone"),
        ("youth_long_term", f"{token('pupil')}·2021-09-01", "2024-05-14"): ("2024-05-21", None, None),
    }  # fmt: skip
    assert case(cases, "waiting_over_5d")["urgency"] == 7
    feeds = listed(cases, "feed")
    assert feeds["feed", f"labor_register·{OTHER}", "2024-05-13"] == ("2024-05-13", "2024-05-21", "gone")
    assert feeds["feed", f"job_event·{COUNTY}", "2024-05-13"] == ("2024-05-21", None, None)
    # The youth register was accepted on the thirteenth: it is missing since the day after.
    assert feeds["feed", f"youth_support·{COUNTY}", "2024-05-14"] == ("2024-05-21", None, None)


def test_a_county_is_asked_for_its_payments_by_month_and_a_project_while_it_is_open(cases: Any) -> None:
    cases.deliver("labor_register", SITE, "2024-05-01", [registered("anyone", county=SITE)])
    cases.deliver("relief_project", PROJECT, "2024-05-01", [project(started_on="2024-05-08")])
    cases.deliver("relief_project", PROJECT, "2024-05-09", [project(started_on="2024-05-08")])
    cases.deliver("relief_payroll", PROJECT, "2024-05-03", [line("anyone", period="2024-04-01")])
    post = {"post_no": "P1", "person_key": token("anyone"), "days_present": 22, "amount_due": 800, "amount_paid": 800}
    cases.deliver("public_post_payment", "532529", "2024-05-12", [post | {"period": "2024-03-01"}])
    keys = (
        f"select case_key, opened_on::text, unit_to_act_zh from marts.finding_case where case_key ~ '{PROJECT}|532529$'"
    )
    wanted = " and closed_on is null and case_key ~ 'relief|payment' order by 1"
    cases.night("2024-05-12")
    assert cases.rows(keys + wanted) == [
        # A file of March only; the project, open since the eighth, sent no contracts ever and itself until the ninth.
        ("public_post_payment·532529", "2024-05-10", "县（市）人社局"),
        (f"relief_contract·{PROJECT}", "2024-05-01", "业主单位（村委会）"),
        (f"relief_project·{PROJECT}", "2024-05-10", "业主单位（村委会）"),
    ]
    cases.deliver("public_post_payment", "532529", "2024-05-13", [post | {"period": "2024-04-01"}])
    cases.deliver("relief_contract", PROJECT, "2024-05-12")
    cases.deliver(
        "relief_project", PROJECT, "2024-05-13", [project(started_on="2024-05-08", completed_on="2024-05-12")]
    )
    cases.night("2024-05-13")
    # The last day on which the project was open is the last one that it owes.
    assert cases.rows(keys + wanted) == [(f"relief_project·{PROJECT}", "2024-05-10", "业主单位（村委会）")]


def test_a_workshop_case_begins_with_the_first_of_the_months_that_its_county_s_standard_asks_for(cases: Any) -> None:
    cases.connection.execute(
        "insert into seeds.workshop_standard (county_code, valid_from, min_poverty_alleviated, months, enabled)"
        " values (%s, '2024-01-01', 5, 3, true)", [OTHER],
    )  # fmt: skip
    for county in (COUNTY, OTHER):
        report(cases, county, "2024-03-31", [person(county, county)], [spell(county, county=county)])
        cases.deliver("workshop", county, "2024-03-31", [workshop("W1", county=county)])
    cases.night("2024-05-31")
    assert set(listed(cases, "workshop_exit")) == {
        ("workshop_exit", f"{COUNTY}·W1", "2024-04-01"), ("workshop_exit", f"{OTHER}·W1", "2024-03-01"),
    }  # fmt: skip


def test_workshops_below_the_standard_and_a_kind_that_is_switched_off(cases: Any) -> None:
    workshop = {
        "county_code": COUNTY, "workshop_no": "W1", "workshop_name": "车间", "township_code": f"{COUNTY}101",
        "recognised_on": "2023-01-01", "status": "operating", "workers": 6, "poverty_alleviated_workers": 6,
        "subsidy_amount": 5000, "subsidy_on": "2024-01-31",
    }  # fmt: skip
    report(cases, COUNTY, "2024-04-30", [person("anyone")], [spell("anyone")])
    cases.deliver("workshop", COUNTY, "2024-04-30", [workshop])
    cases.night("2024-05-31")
    below = {("workshop_exit", f"{COUNTY}·W1", "2024-04-01"): ("2024-05-31", None, None)}
    assert listed(cases, "workshop_exit") == below
    assert case(cases, "workshop_exit")["amount"] == Decimal("5000.00")
    # Next month the two months are May and June, but the case is as old as before.
    cases.night("2024-06-01")
    assert listed(cases, "workshop_exit") == {
        ("workshop_exit", f"{COUNTY}·W1", "2024-04-01"): ("2024-06-01", None, None)
    }
    cases.connection.execute(
        "insert into seeds.case_rule (case_kind, situation, valid_from, enabled)"
        " values ('workshop_exit', '*', '2024-06-02', false)"
    )
    cases.night("2024-06-02")
    assert listed(cases, "workshop_exit") == {}
