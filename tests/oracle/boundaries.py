"""A world made by hand: one situation for each boundary that chance does not draw.

Two nights, 29 and 30 May 2024, of a county whose months go back to February; one register, so nobody's place changes.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tests.kit.people import with_check_digit

from .reading import Row
from .worlds import DAY, RandomWorld, Sent

SEED = 0
COUNTY, NEIGHBOUR = "532528", "532504"
PROJECT = f"{COUNTY}YG0"
NIGHTS = [date(2024, 5, 29), date(2024, 5, 30)]
TOMORROW = date(2024, 5, 31)
ENDS = [date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30), *NIGHTS]


def boundary_world() -> RandomWorld:
    """All that is reported in it."""
    people = {name: with_check_digit(f"53252819900304{n:03d}") for n, name in enumerate(PEOPLE)}
    world = RandomWorld(SEED, NIGHTS)
    for on in ENDS:
        night = NIGHTS.index(on) if on in NIGHTS else 0
        neighbours = [_registered(with_check_digit(f"53250419900304{n:03d}"), NEIGHBOUR) for n in range(3)]
        told: dict[str, list[Row]] = {
            "labor_register": [_registered(id_number, COUNTY) for id_number in people.values()],
            "employment": [_spell(people[name], on, **more) for name, more in SPELLS],
            "public_post": [_tenure(people["post ends"])],
            "labor_dispute": [_dispute(people["disputes"], **dates) for dates in DISPUTES],
            "youth_support": [
                _study(people["graduates today"]),
                _study(people["joins the army tomorrow"])
                | {"graduated_on": date(2023, 4, 30), "outcome": "military", "outcome_on": TOMORROW},
            ],
        }
        world.sent += [Sent(night, feed, COUNTY, on, rows) for feed, rows in told.items()]
        world.sent.append(Sent(night, "labor_register", NEIGHBOUR, on, neighbours))
    services = [_service(people["served twice"], n, on) for n, on in enumerate((date(2024, 3, 1), date(2024, 3, 20)))]
    world.sent.append(Sent(0, "employment_service", COUNTY, date(2024, 3, 24), services))
    holder = people["post ends"]
    world.sent.append(Sent(0, "public_post_payment", COUNTY, date(2024, 4, 10), [_payment(holder)]))
    sent = {"period": date(2024, 4, 1), "bank_account": "6299999999999997", "batch_no": "B1"}
    world.sent.append(Sent(0, "public_post_payment", COUNTY, date(2024, 5, 12), [_payment(holder) | sent]))
    world.sent.append(Sent(0, "bank_return", "B1", date(2024, 5, 28), [_credit(sent["bank_account"])]))
    world.sent += _payrolls(people["served twice"], people["disputes"])
    return world


def _payrolls(one: str, other: str) -> list[Sent]:
    """A list with a mistyped date, corrected, that is to be sent in June; two crews on one account, paid in three."""
    on = date(2024, 5, 10)
    waiting = _wage(one) | {"amount_paid": Decimal(0), "batch_no": "B2", "sent_on": date(2024, 6, 20)}
    crews = [
        _wage(other) | {"crew": crew, "amount_paid": Decimal(amount), "batch_no": "B3", "listed_on": None}
        for crew, amount in (("一班", 100), ("二班", 200))
    ]
    mistyped = waiting | {"listed_on": date(2024, 4, 3)}
    parts = ((200, date(2024, 5, 10)), (90, date(2024, 5, 14)), (10, date(2024, 5, 20)))
    credits = [
        _credit(crews[0]["bank_account"])
        | {"batch_no": "B3", "line_no": n, "amount": Decimal(amount), "credited_on": day}
        for n, (amount, day) in enumerate(parts, 1)
    ]
    return [
        Sent(0, "relief_project", PROJECT, on, [_project()]),
        Sent(0, "relief_payroll", PROJECT, on, [mistyped, *crews]),
        Sent(1, "relief_payroll", PROJECT, on, [waiting, *crews]),
        Sent(0, "bank_return", "B3", date(2024, 5, 21), credits),
    ]


PEOPLE = (
    "earns 30 % less", "earns the minimum", "lost a job in April", "changes jobs", "begins tomorrow", "post ends",
    "served twice", "disputes", "graduates today", "is updated tomorrow", "joins the army tomorrow",
)  # fmt: skip
SPELLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("earns 30 % less", {"wages": ("4000", "2800")}),
    ("earns the minimum", {"wages": ("1690", "1690")}),
    ("lost a job in April", {"end_date": date(2024, 4, 15)}),
    ("changes jobs", {"end_date": date(2024, 5, 8)}),
    ("changes jobs", {"employer_name": "示例饭店", "start_date": date(2024, 5, 8)}),
    ("begins tomorrow", {"start_date": NIGHTS[1]}),
    ("is updated tomorrow", {"updated_on": TOMORROW}),
    ("served twice", {"start_date": date(2024, 3, 10)}),
)
DISPUTES = (
    {"case_no": "D1", "filed_on": date(2024, 4, 10), "accepted_on": NIGHTS[1] - 45 * DAY},
    {"case_no": "D2", "filed_on": date(2024, 5, 2), "accepted_on": date(2024, 5, 3), "closed_on": date(2024, 5, 31)},
)


def _registered(person: str, county: str) -> Row:
    return {
        "id_number": person,
        "full_name": "某人",
        "household_no": f"H{person[-4:-1]}",
        "county_code": county,
        "township_code": f"{county}101",
        "village_code": f"{county}101001",
        "population_category": "lifted_out",
        "is_relocated": True,
        "resettlement_site_no": "A1",
        "work_capacity": "ordinary",
        "in_school": False,
        "education": None,
        "job_intention": "nearby",
        "is_low_income": None,
        "deceased_on": None,
    }


def _spell(person: str, on: date, wages: tuple[str, str] = ("3000", "3000"), **more: Any) -> Row:
    """wages: before the nights, and on them."""
    return {
        "id_number": person,
        "full_name": "某人",
        "channel": "enterprise",
        "work_division_code": COUNTY,
        "employer_name": "红河示例电子厂",
        "employer_uscc": None,
        "industry": "C",
        "start_date": date(2024, 1, 8),
        "end_date": None,
        "monthly_wage": Decimal(wages[on in NIGHTS]),
        "has_contract": True,
        "is_organised": None,
        "labor_brand": None,
        "workshop_no": None,
        "is_reserved_job": None,
        "updated_on": date(2024, 2, 1),
    } | more


def _tenure(person: str) -> Row:
    """Its agreed last day is the last of April."""
    return {
        "post_no": "G1",
        "post_category": "保洁员",
        "township_code": f"{COUNTY}101",
        "village_code": f"{COUNTY}101001",
        "id_number": person,
        "full_name": "某人",
        "start_date": date(2024, 2, 1),
        "end_date": None,
        "term_months": 3,
        "is_full_time": False,
        "monthly_subsidy": Decimal(500),
        "approver_id_number": None,
        "relation_to_approver": None,
    }


def _payment(person: str) -> Row:
    """For a month of the year before last."""
    return {
        "post_no": "G1",
        "id_number": person,
        "period": date(2023, 4, 1),
        "days_present": Decimal(22),
        "amount_due": Decimal(500),
        "amount_paid": Decimal(500),
        "paid_on": date(2023, 5, 10),
        "fund_source": None,
        "bank_account": None,
        "batch_no": None,
    }


def _credit(account: str) -> Row:
    """Of the day of the second night, known before."""
    return {
        "batch_no": "B1",
        "line_no": 1,
        "bank_account": account,
        "account_name": "某人",
        "amount": Decimal(500),
        "result": "success",
        "failure_reason": None,
        "credited_on": NIGHTS[1],
    }


def _project() -> Row:
    return {
        "project_no": PROJECT,
        "project_name": "示例村道",
        "county_code": COUNTY,
        "township_code": f"{COUNTY}101",
        "project_type": "small_infrastructure",
        "total_investment": Decimal(900000),
        "relief_funds": Decimal(50000),
        "planned_remuneration": Decimal(20000),
        "planned_workers": 6,
        "started_on": date(2024, 3, 1),
        "planned_completion_on": date(2024, 12, 31),
        "completed_on": None,
        "owner_unit": "示例村委会",
        "contractor": "示例施工队",
    }


def _wage(person: str) -> Row:
    """For April, listed and signed in May."""
    return {
        "project_no": PROJECT,
        "period": date(2024, 4, 1),
        "id_number": person,
        "full_name": "某人",
        "days_worked": Decimal(5),
        "amount_due": Decimal(200),
        "paid_on": None,
        "bank_account": f"62{person[-12:]}",
        "crew": None,
        "listed_on": date(2024, 5, 3),
        "signed_on": date(2024, 5, 5),
        "approved_on": date(2024, 5, 7),
        "sent_on": date(2024, 5, 8),
    }


def _dispute(person: str, **dates: Any) -> Row:
    return {
        "id_number": person,
        "employer_name": "示例饭店",
        "dispute_type": "unpaid_wages",
        "accepted_on": None,
        "mediated_on": None,
        "heard_on": None,
        "closed_on": None,
        "result": "mediated" if "closed_on" in dates else None,
        "amount_claimed": Decimal(3000),
    } | dates


def _study(person: str) -> Row:
    return {
        "id_number": person,
        "full_name": "某人",
        "school": "示例职校",
        "level": "technician",
        "enrolled_on": date(2021, 9, 1),
        "graduated_on": NIGHTS[1],
        "assistance_worker": None,
        "outcome": None,
        "outcome_on": None,
        "allowance_term": None,
        "allowance_due": None,
        "allowance_paid": None,
        "paid_on": None,
    }


def _service(person: str, n: int, on: date) -> Row:
    return {
        "record_no": f"F{n}",
        "id_number": person,
        "service_type": "career_guidance",
        "served_on": on,
        "agency": "示例服务站",
        "training_type": None,
        "result": None,
        "amount": None,
    }
