"""What counties and the HR platform report: rows of their feeds, each with what a test does not change."""

from __future__ import annotations

from typing import Any

from tests.kit.people import token

COUNTY, OTHER = "532528", "532503"
PLATFORM = "hr_platform"


def person(name: str, county: str = COUNTY, **other: Any) -> dict[str, Any]:
    """A row of a labour register: of working age, able, poverty-alleviated, alone in the household."""
    return {
        "person_key": token(name), "birth_date": "1990-03-04", "sex": "female", "household_no": f"H-{name}",
        "relation_to_head": "户主", "county_code": county, "township_code": f"{county}101",
        "village_code": f"{county}101001", "population_category": "lifted_out", "is_relocated": False,
        "work_capacity": "ordinary", "in_school": False,
    } | other  # fmt: skip


def registered(name: str, category: str = "general", county: str = COUNTY, **other: Any) -> dict[str, Any]:
    """The same of a man of 44, of no priority group unless a test says so."""
    return person(name, county, birth_date="1980-02-03", sex="male", population_category=category, **other)


def spell(name: str, employer: str = "示例电子厂", county: str = COUNTY, **other: Any) -> dict[str, Any]:
    """A row of an employment register: an open enterprise spell in Guangdong."""
    return {
        "county_code": county, "person_key": token(name), "birth_date": "1990-03-04", "sex": "female",
        "channel": "enterprise", "work_division_code": "440300", "employer_name": employer,
        "start_date": "2024-03-01", "monthly_wage": "4200.00", "updated_on": "2024-04-20",
    } | other  # fmt: skip


def due(nights: Any, on: str, *units: str) -> None:
    for feed in ("labor_register", "employment"):
        for unit in units:
            nights.connection.execute("insert into ops.due values (%s, %s, %s, %s)", (feed, unit, on, on))


def report(nights: Any, county: str, on: str, people: list[dict[str, Any]], spells: list[dict[str, Any]]) -> None:
    """Both registers of a county; without a register of public posts, nobody holds one."""
    nights.deliver("labor_register", county, on, people)
    nights.deliver("employment", county, on, spells)
    if ("public_post", county, on, "") not in nights.revisions:
        nights.deliver("public_post", county, on)


def dispute(
    case_no: str, filed_on: str, applicant: str | None = None, county: str = COUNTY, **other: Any
) -> dict[str, Any]:
    """A row of a register of disputes: wages of 1,000 yuan claimed from an employer, filed and nothing else."""
    return {
        "county_code": county, "case_no": case_no, "person_key": token(applicant or case_no),
        "birth_date": "1990-03-04", "sex": "female", "employer_name": "示例电子厂", "dispute_type": "unpaid_wages",
        "filed_on": filed_on, "amount_claimed": "1000.00",
    } | other  # fmt: skip


def study(name: str, graduated_on: str | None = None, **other: Any) -> dict[str, Any]:
    """A row of a register of students: secondary school since 2021, no allowance, an assistance worker."""
    return {
        "county_code": COUNTY, "person_key": token(name), "birth_date": "2004-03-04", "sex": "female",
        "name_key": token(f"name of {name}"), "school": "红河示例职业学院", "level": "secondary_vocational",
        "enrolled_on": "2021-09-01", "graduated_on": graduated_on,
        "assistance_worker_key": token("assistance worker"),
    } | other  # fmt: skip


def workshop(number: str, workers: int = 0, county: str = COUNTY, **other: Any) -> dict[str, Any]:
    """A row of a county's workshops: at work since 2023, all of its workers poverty-alleviated, no subsidy."""
    return {
        "workshop_no": number, "county_code": county, "workshop_name": f"车间{number}", "township_code": f"{county}101",
        "recognised_on": "2023-01-01", "status": "operating", "workers": workers, "poverty_alleviated_workers": workers,
    } | other  # fmt: skip


def application(number: str, name: str, status: str, status_at: str, **other: Any) -> dict[str, Any]:
    """An item of the talent site; its last change is that of the status."""
    return {
        "application_id": number, "person_key": token(name), "posting_id": "P1", "status": status,
        "status_at": status_at, "updated_at": status_at,
    } | other  # fmt: skip


def order(number: str, name: str, completed_at: str, township: str = f"{COUNTY}101", **other: Any) -> dict[str, Any]:
    """An order of the gig market that was paid two days before it was completed, unless a test says otherwise."""
    return {
        "order_id": number, "person_key": token(name), "market_code": "M1", "township_code": township,
        "accepted_at": "2024-04-01T00:00:00Z", "completed_at": completed_at, "hours": 1, "amount_due": 50,
        "amount_paid": 50, "updated_at": "2024-05-20T00:00:00Z",
    } | other  # fmt: skip
