"""Work relief: projects and findings as readers see them, through dbt on a real server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tests.kit.nights import count_unit_tests
from tests.kit.people import token
from tests.kit.relief import PROJECT, SITE, contract, line, project, returned
from tests.kit.reported import registered

from employment_warehouse.database import OWN_LOGIN, connect

MARTS = "+path:models/marts/work_relief,resource_type:model"


@pytest.fixture
def relief(nights: Any) -> Any:
    nights.select = MARTS
    return nights


def findings(nights: Any) -> set[tuple[str, str]]:
    """Findings by the token of the person."""
    return {tuple(row) for row in nights.rows("select person_key::text, finding from marts.relief_payroll_check")}


def test_findings_name_the_line_and_follow_the_rules_that_are_on(relief: Any) -> None:
    relief.deliver("relief_project", PROJECT, "2024-04-08", [project()])
    relief.deliver("labor_register", SITE, "2024-05-01", [
        registered("fine", "lifted_out", SITE), registered("unpaid", county=SITE, is_relocated=True),
        registered("sharing", county=SITE), registered("without contract", county=SITE),
        registered("dead", county=SITE, deceased_on="2024-02-20"),
    ])  # fmt: skip
    relief.deliver("relief_contract", PROJECT, "2024-04-08", [
        contract(person) for person in ("fine", "unpaid", "sharing", "unknown", "dead")
    ])  # fmt: skip
    relief.deliver("relief_payroll", PROJECT, "2024-04-08", [
        line("fine"), line("unpaid", amount_paid=0, batch_no=None),
        line("sharing", account_key=token("account of fine")), line("unknown"), line("without contract"), line("dead"),
    ])  # fmt: skip
    credited = ("fine", "fine", "unknown", "without contract", "dead")
    relief.deliver(
        "bank_return", "B1", "2024-04-09", returned("B1", *((person, "2640.00", "2024-04-12") for person in credited))
    )
    relief.night("2024-05-01")
    without_sharing = {
        (token("unpaid"), "unpaid"), (token("unknown"), "not_on_register"),
        (token("without contract"), "no_contract"), (token("dead"), "deceased"),
    }  # fmt: skip
    assert findings(relief) == without_sharing
    assert relief.rows(
        "select amount, days_overdue, county_code from marts.relief_payroll_check where finding = 'unpaid'"
    ) == [(Decimal("2640.00"), 16, "532529")]

    (seen,) = relief.records("select * from marts.relief_project_monitor")
    assert {name: seen[name] for name in (
        "workers", "priority_group_workers", "wages_due", "wages_paid", "arrears", "arrears_age_days",
        "days_behind_schedule", "median_days_to_pay", "slowest_stage",
    )} == {
        "workers": 6, "priority_group_workers": 2, "wages_due": Decimal("15840.00"), "wages_paid": Decimal("13200.00"),
        "arrears": Decimal("2640.00"), "arrears_age_days": 16, "days_behind_schedule": 11,
        "median_days_to_pay": Decimal("12.0"), "slowest_stage": "credit",
    }  # fmt: skip
    assert seen["remuneration_share"] == Decimal("0.2640")
    assert seen["contract_coverage"] == Decimal("0.8333")

    assert relief.rows("select county_code, finding, lines, persons, amount from marts.payroll_finding_summary"
                       " where finding = 'unpaid' order by county_code") == [
        ("532500", "unpaid", 1, 1, Decimal("2640.00")), ("532529", "unpaid", 1, 1, Decimal("2640.00")),
    ]  # fmt: skip
    # The lines are for those who act on them; analysts have the counts.
    for role, lines in (("county_532529", 4), ("caseworker_532529", 4), ("county_532528", 0)):
        with connect(role) as connection:
            assert connection.execute("select count(*) from marts.relief_payroll_check").fetchone() == (lines,)
    for role in ("wh_analyst", "wh_auditor"):
        with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select from marts.relief_payroll_check")

    # A rule that joins bank accounts is off until the operator confirms its basis, on the record.
    with connect(OWN_LOGIN) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("select ops.decide_rule('account_shared', '2024-05-02', true, '')")
    with connect(OWN_LOGIN) as connection:
        connection.execute("select ops.decide_rule('account_shared', '2024-05-02', true, '州人社局批复')")
    relief.night("2024-05-02")
    assert findings(relief) == without_sharing | {
        (token("fine"), "account_shared"),
        (token("sharing"), "account_shared"),
    }
    # What grows by the calendar is counted by the view; the row itself was not written again.
    assert relief.rows("select arrears_age_days, days_behind_schedule from marts.relief_project_monitor") == [(17, 12)]
    assert relief.scalar("select count(*) from store.relief_project_monitor") == 1


def test_the_unit_tests_of_the_models_pass(relief: Any) -> None:
    build = relief.start("2024-05-01")
    models = "+path:models/marts/work_relief +path:models/marts/assurance"
    relief.build(build, models)
    assert count_unit_tests(models) >= 5
