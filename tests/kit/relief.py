"""What a work-relief project and its bank report: rows of their feeds, each with what a test does not change."""

from __future__ import annotations

from typing import Any

from tests.kit.people import token

SITE = "532529"  # the county of the project
PROJECT = f"{SITE}YG001"


def project(number: str = PROJECT, **other: Any) -> dict[str, Any]:
    """A project's own row: begun in January, to be complete in April, not complete."""
    return {
        "project_no": number, "project_name": "村道", "county_code": SITE, "project_type": "small_infrastructure",
        "total_investment": 1000000, "relief_funds": 50000, "planned_remuneration": 20000, "planned_workers": 30,
        "started_on": "2024-01-05", "planned_completion_on": "2024-04-20", "owner_unit": "村委会",
        "contractor": "施工队",
    } | other  # fmt: skip


def contract(person: str, **other: Any) -> dict[str, Any]:
    """A contract for 120 yuan a day since February."""
    return {"project_no": PROJECT, "person_key": token(person), "daily_wage": 120, "onsite_from": "2024-02-01"} | other


def line(person: str, due: str = "2640.00", batch: str | None = "B1", **other: Any) -> dict[str, Any]:
    """A line of payroll, paid in full through its own account, unless a test changes it."""
    return {
        "project_no": PROJECT, "period": "2024-03-01", "person_key": token(person), "birth_date": "1980-02-03",
        "days_worked": 22, "amount_due": due, "amount_paid": due, "paid_on": "2024-04-08",
        "account_key": token(f"account of {person}"), "batch_no": batch, "listed_on": "2024-04-02",
        "signed_on": "2024-04-03", "approved_on": "2024-04-05", "sent_on": "2024-04-07",
    } | other  # fmt: skip


def returned(batch: str, *lines: tuple[str, str, str | None]) -> list[dict[str, Any]]:
    """Lines of a bank's return: (person whose account it is, amount, credited on; None: it failed)."""
    return [
        {
            "batch_no": batch, "line_no": place, "account_key": token(f"account of {person}"), "amount": amount,
            "result": "success" if credited_on else "failed", "credited_on": credited_on,
        }
        for place, (person, amount, credited_on) in enumerate(lines, start=1)
    ]  # fmt: skip
