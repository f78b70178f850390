"""Whole nights across 31 December 2026: the seed knows no holidays of 2027, and nothing stops for it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from tests.kit.files import COUNTY, put, rows_of
from tests.kit.nights import run_steps

from employment_warehouse import settings

PROJECT = "YG532528001"
# The first Monday of the new year is the fourth; the day before the eve, when the project pays, is a Wednesday.
PAID = "2026-12-30"
NIGHTS = ("2026-12-31", "2027-01-01", "2027-01-04")


def put_reports(zone: Path, night: str) -> None:
    """The registers of one county and the submissions of one project, which sends its payroll to the bank at once."""
    day = date.fromisoformat(night)
    person = {"is_relocated": "否"}
    job = {"start_date": "2026-03-01", "updated_on": night}
    project = {"started_on": "2026-05-01", "planned_completion_on": "2027-06-30"}
    put(zone, rows_of("labor_register", person), f"{COUNTY}.csv", feed="labor_register", day=day)
    put(zone, rows_of("employment", job), f"{COUNTY}.csv", feed="employment", day=day)
    put(zone, rows_of("relief_project", project), f"{PROJECT}.csv", feed="relief_project", day=day)
    contract = {"onsite_from": "2026-05-01"}
    put(zone, rows_of("relief_contract", contract), f"{PROJECT}.csv", feed="relief_contract", day=day)


def scalar(warehouse: psycopg.Connection, statement: str, *parameters: Any) -> Any:
    row = warehouse.execute(statement, parameters).fetchone()
    return row and row[0]


def set_clock(warehouse: psycopg.Connection, day: str) -> None:
    """The database refuses a night in the future: for it, today is the day after these nights."""
    definition = scalar(warehouse, "select pg_get_functiondef('ops.start_build(date,text)'::regprocedure)")
    assert "now()" in definition
    warehouse.execute(definition.replace("now()", f"timestamptz '{day} 12:00+08'"))


def test_nights_across_the_end_of_2026(warehouse: psycopg.Connection, zone: Path) -> None:
    set_clock(warehouse, "2027-01-05")
    purged = 0
    for night in NIGHTS:
        put_reports(zone, night)
        if night == NIGHTS[0]:
            batch = {"period": "2026-12", "batch_no": "B1", "sent_on": PAID, "paid_on": PAID}
            day = date.fromisoformat(PAID)
            put(zone, rows_of("relief_payroll", batch), f"{PROJECT}.csv", feed="relief_payroll", day=day)
        build = run_steps(night)
        assert scalar(warehouse, "select status from ops.build where build = %s", build) == "published"
        # All thirteen counties are due on each day, and the twelve that sent nothing are alerted.
        due = "select count(*) from ops.due where feed = 'labor_register' and report_date = %s"
        assert scalar(warehouse, due, night) == 13
        missing = "select count(*) from ops.alert where kind = 'feed_missing' and report_date = %s"
        assert scalar(warehouse, missing, night) >= 12
        holidays = "select title from ops.alert where kind = 'holidays_unknown' and report_date = %s"
        assert scalar(warehouse, holidays, night).startswith("2027 年的节假日安排尚未录入")
        report = settings.current_home().reports / night / f"daily-{build}.html"
        assert f"{night[:4]}年" in report.read_text(encoding="utf-8")
        purged = scalar(warehouse, "select count(*) from ops.delivery where purged_at is not null")
    assert purged > 0
    # Sent on Wednesday 30 December; Thursday, Friday 1 January (a plain Friday while its holiday is not known), Monday.
    returned = "select due_at at time zone 'Asia/Shanghai' from ops.due where feed = 'bank_return' and unit = 'B1'"
    assert str(scalar(warehouse, returned)) == "2027-01-04 20:00:00"
    body = scalar(
        warehouse,
        "select body from ops.alert where kind = 'feed_missing' and unit = 'B1' and report_date = '2027-01-04'",
    )
    assert "银行" in body
