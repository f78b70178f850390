"""Which households may fall back into poverty: each reason, and since when publications have seen it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.kit.people import token
from tests.kit.reported import COUNTY, person, report, spell

SPELLS = {
    "lost": [spell("lost", start_date="2024-01-01", end_date="2024-05-10")],
    "down": [spell("down", start_date="2024-01-01", monthly_wage="4000")],
    "2801": [spell("2801", start_date="2024-01-01", monthly_wage="4000")],
    "father": [spell("father", start_date="2024-01-01", end_date="2024-05-10")],
    "mother": [spell("mother", start_date="2024-05-12")],
    "unpaid": [spell("unpaid", start_date="2024-01-01")],
    "pupil": [spell("pupil", start_date="2024-01-01")],
    "carer": [spell("carer", start_date="2024-01-01", monthly_wage="4000")],
}
CONTRACT = {
    "project_no": "P1", "county_code": COUNTY, "person_key": token("builder"), "onsite_from": "2024-05-02",
    "contract_signed": "2024-05-02",
}  # fmt: skip


def people(**changed: dict[str, Any]) -> list[dict[str, Any]]:
    found = [person(name) for name in SPELLS if name != "mother"]
    found += [
        person("mother", household_no="H-father"),
        person("builder", household_no="H-carer"),
        person("teenager", birth_date="2008-05-01"),
        person("monitored", population_category="unstable"),
        person("general", population_category="general"),
        person("general's mother", population_category="general", household_no="H-monitored"),
    ]
    return [row | changed.get(row["household_no"].removeprefix("H-"), {}) for row in found]


def spells(*more: dict[str, Any], **wages: str) -> list[dict[str, Any]]:
    payments = [
        row | ({"monthly_wage": wages[name]} if name in wages else {}) for name, rows in SPELLS.items() for row in rows
    ]
    return [*payments, *more]


@pytest.fixture
def may(nights: Any) -> Any:
    """Registers of January and May 2024: wages fall, wages of February are owed, a member goes to school."""
    nights.select = "+return_risk,resource_type:model"
    nights.deliver("labor_register", COUNTY, "2024-01-31", people())
    nights.deliver("employment", COUNTY, "2024-01-31", spells())
    nights.deliver("relief_contract", "P1", "2024-05-02", [CONTRACT])
    owed = {"person_key": token("unpaid"), "post_no": "P1", "days_present": 20, "amount_due": 500, "amount_paid": 0}
    lines = [owed | {"period": period} for period in ("2024-02-01", "2024-03-01")]
    nights.deliver("public_post_payment", COUNTY, "2024-04-10", lines)
    nights.deliver("labor_register", COUNTY, "2024-05-12", people(pupil={"in_school": True}))
    later = spells(**{"down": "2800", "2801": "2801", "carer": "1000"})
    report(nights, COUNTY, "2024-05-15", people(pupil={"in_school": True}), later)
    nights.night("2024-05-15")
    return nights


def risks(nights: Any) -> dict[str, tuple[str, list[str]]]:
    return {
        number.removeprefix("H-"): (level, reasons)
        for number, level, reasons in nights.rows("select household_no, risk_level, reasons from marts.return_risk")
    }


def test_each_reason_holds_for_its_households_only(may: Any) -> None:
    assert risks(may) == {
        "lost": ("warning", ["all_jobs_lost_30d", "income_down_30pct", "sole_earner_separated"]),
        # 3 × 2,800 is 0.7 × 12,000: a fall of exactly 30 % counts, one of a yuan less does not.
        "down": ("watch", ["income_down_30pct"]),
        "2801": ("none", []),
        # The mother works two days later: no zero employment, and 4,200 as before.
        "father": ("watch", ["sole_earner_separated"]),
        # Due on 15 March, 61 days ago; what was due on 15 April is not owed for 60 days yet.
        "unpaid": ("watch", ["wages_unpaid_60d"]),
        "pupil": ("watch", ["sole_earner_separated"]),
        # 4,000 became 1,000, but the builder's income is unknown.
        "carer": ("none", []),
        # Without employment since a member turned 16: nothing was lost.
        "teenager": ("none", []),
        "monitored": ("warning", ["monitored_and_unemployed"]),
    }


def test_incomes_and_wages_owed_in_yuan(may: Any) -> None:
    found = {
        row["household_no"].removeprefix("H-"): (row["income_now"], row["income_base"], row["amount_unpaid"])
        for row in may.records("select * from marts.return_risk")
    }
    assert found["lost"] == (0, 4200, 0)
    assert found["2801"] == (2801, 4000, 0)
    assert found["carer"] == (1000, 4000, 0)
    assert found["unpaid"] == (4200, 4200, 500)
    assert found["monitored"] == (0, 0, 0)


def test_a_risk_is_as_old_as_its_unbroken_run_of_publications(may: Any) -> None:
    school = people(pupil={"in_school": True})
    wages = {"down": "2800", "2801": "2801", "carer": "1000"}
    found = spell("lost", "示例饭店", start_date="2024-05-16", monthly_wage="4200")
    report(may, COUNTY, "2024-05-16", school, spells(found, **wages))
    may.night("2024-05-16")
    seen = "select first_seen_on, days_open from marts.return_risk where household_no = %s"
    assert may.rows(seen, "H-lost") == [(None, None)]
    assert may.rows(seen, "H-down") == [(date(2024, 5, 15), 1)]
    report(may, COUNTY, "2024-05-17", school, spells(found | {"end_date": "2024-05-16"}, **wages))
    may.night("2024-05-17")
    assert may.rows(seen, "H-lost") == [(date(2024, 5, 17), 0)]
    assert may.rows(seen, "H-down") == [(date(2024, 5, 15), 2)]


def test_a_rule_that_is_off_finds_nothing(may: Any) -> None:
    may.connection.execute("update seeds.risk_rule set enabled = false where reason = 'wages_unpaid_60d'")
    may.night("2024-05-15")
    assert risks(may)["unpaid"] == ("none", [])
    assert may.rows("select distinct amount_unpaid from marts.return_risk") == [(None,)]
