"""Payroll, bank returns and what is paid: from landing rows to facts, through dbt on a real server."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from employment_warehouse import transform

PROJECT = "532529YG001"
MONTH = date(2024, 3, 1)


def token(name: str) -> str:
    """The token of a person or an account, by a name of the test's own."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


@dataclass
class Nights:
    """Nights of a warehouse whose deliveries are written straight into landing."""

    connection: psycopg.Connection
    select: str
    runs: Iterable[int] = field(default_factory=lambda: itertools.count(1))
    lines: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    def deliver(self, feed: str, unit: str, report_date: date, rows: Iterable[Mapping[str, Any]], revision: int = 1) -> None:
        """One revision of a delivery, landed."""
        rows = list(rows)
        row = self.connection.execute(
            """
            insert into ops.delivery
                (feed, unit, report_date, revision, kind, sha256, arrived_at, rows_read, rows_landed)
            values (%s, %s, %s, %s, 'file', sha256(%s::bytea), %s, %s, %s)
            returning delivery_id
            """,
            (feed, unit, report_date, revision, uuid.uuid4().bytes, report_date, len(rows), len(rows)),
        ).fetchone()
        assert row is not None
        for place, values in enumerate(rows, start=1):
            self.connection.execute(
                f"insert into landing.{feed} select * from jsonb_populate_record(null::landing.{feed}, %s)",
                (json.dumps({"delivery_id": row[0], "line": place, "sheet": "", **values}, default=str),),
            )

    def night(self, report_date: date) -> int:
        """Accept all that came, build it, publish it; the publication."""
        run = f"test-{next(iter(self.runs))}"
        build = self.scalar("select ops.start_build(%s, %s)", report_date, run)
        self.connection.execute("update ops.delivery set status = 'accepted' where build = %s and status = 'landed'", (build,))
        transform.run_dbt(self.select, build)
        self.connection.execute(
            """
            insert into ops.certificate (build, suite_versions, checks_expected, checks_run, critical_failed, row_counts, digest)
            values (%s, '{}', 1, 1, 0, '{}', ops.build_digest(%s))
            """,
            (build, build),
        )
        self.connection.execute("select ops.publish(%s)", (build,))
        return build

    def scalar(self, statement: str, *parameters: Any) -> Any:
        row = self.connection.execute(statement, parameters).fetchone()
        return row and row[0]

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, parameters).fetchall()


@pytest.fixture
def nights(warehouse: psycopg.Connection) -> Nights:
    transform.seed()
    return Nights(warehouse, "+fct_relief_payroll_line")


def project(number: str = PROJECT, county: str = "532529") -> dict[str, Any]:
    return {
        "project_no": number, "project_name": "村道", "county_code": county, "project_type": "small_infrastructure",
        "total_investment": 1000000, "relief_funds": 500000, "planned_remuneration": 200000, "planned_workers": 30,
        "started_on": "2024-01-05", "planned_completion_on": "2024-06-30", "owner_unit": "村委会", "contractor": "施工队",
    }  # fmt: skip


def line(person: str, due: str = "2640.00", batch: str | None = "B1", **other: Any) -> dict[str, Any]:
    """A line of payroll, paid in full through its own account, unless said otherwise."""
    return {
        "project_no": PROJECT, "period": MONTH, "person_key": token(person), "birth_date": "1980-02-03", "sex": "male",
        "days_worked": 22, "amount_due": due, "amount_paid": due, "paid_on": "2024-04-08", "account_key": token(f"account of {person}"),
        "batch_no": batch, "listed_on": "2024-04-02", "signed_on": "2024-04-03", "approved_on": "2024-04-05", "sent_on": "2024-04-07",
    } | other  # fmt: skip


def returned(batch: str, *lines: tuple[str, str, str, str | None]) -> list[dict[str, Any]]:
    """Lines of a bank's return: (person whose account it is, amount, result, credited on)."""
    return [
        {"batch_no": batch, "line_no": place, "account_key": token(f"account of {person}"), "amount": amount, "result": result, "credited_on": on}
        for place, (person, amount, result, on) in enumerate(lines, start=1)
    ]  # fmt: skip


def paid(nights: Nights, person: str, crew: str = "") -> dict[str, Any]:
    """What the warehouse says of a person's line."""
    cursor = nights.connection.cursor(row_factory=psycopg.rows.dict_row)
    found = cursor.execute(
        "select * from marts.fct_relief_payroll_line where person_key = %s and crew = %s", (token(person), crew)
    ).fetchall()
    assert len(found) == 1
    return found[0]


def test_what_the_bank_credits_is_paid_and_what_it_fails_or_leaves_out_is_not(nights: Nights) -> None:
    nights.deliver("relief_project", PROJECT, date(2024, 4, 8), [project()])
    nights.deliver(
        "relief_payroll", PROJECT, date(2024, 4, 8),
        [
            line("good"), line("failed"), line("left out"), line("unanswered", batch="B2"),
            line("differing"), line("in cash", batch=None, account_key=None),
            line("twin", crew="one"), line("twin", crew="two"), line("credited twice"),
        ],
    )  # fmt: skip
    nights.deliver(
        "bank_return", "B1", date(2024, 4, 9),
        returned(
            "B1",
            ("good", "2640.00", "success", "2024-04-09"), ("failed", "2640.00", "failed", None),
            ("differing", "2340.00", "success", "2024-04-09"),
            ("twin", "2640.00", "success", "2024-04-09"), ("twin", "2640.00", "failed", None),
            ("credited twice", "2640.00", "success", "2024-04-09"), ("credited twice", "2640.00", "success", "2024-04-09"),
        ),
    )  # fmt: skip
    nights.night(date(2024, 5, 1))

    def said(person: str, crew: str = "") -> tuple[str, str, str, str | None, bool]:
        row = paid(nights, person, crew)
        return (
            str(row["amount_paid"]), str(row["amount_unconfirmed"]), str(row["arrears"]), row["last_outcome"],
            row["is_amount_different"],
        )  # fmt: skip

    assert said("good") == ("2640.00", "0.00", "0.00", "credited", False)
    assert said("failed") == ("0.00", "0.00", "2640.00", "failed", False)
    assert said("left out") == ("0.00", "0.00", "2640.00", "left_out", False)
    assert said("unanswered") == ("2640.00", "2640.00", "0.00", "no_return", False)
    assert said("in cash") == ("2640.00", "2640.00", "0.00", None, False)
    assert said("differing") == ("2340.00", "0.00", "300.00", "credited", True)
    assert said("twin", "one") == ("2640.00", "0.00", "0.00", "credited", False)
    assert said("twin", "two") == ("0.00", "0.00", "2640.00", "failed", False)
    assert said("credited twice") == ("5280.00", "0.00", "0.00", "credited", True)


def test_a_failed_line_that_the_next_file_issues_again_is_one_obligation_with_two_attempts(nights: Nights) -> None:
    nights.deliver("relief_project", PROJECT, date(2024, 4, 8), [project()])
    nights.deliver("relief_payroll", PROJECT, date(2024, 4, 8), [line("failing"), line("good")])
    nights.deliver(
        "bank_return", "B1", date(2024, 4, 9),
        returned("B1", ("failing", "2640.00", "failed", None), ("good", "2640.00", "success", "2024-04-09")),
    )  # fmt: skip
    nights.night(date(2024, 5, 1))
    nights.deliver(
        "relief_payroll", PROJECT, date(2024, 5, 2), [line("failing", batch="B9", sent_on="2024-05-02"), line("good")]
    )
    nights.night(date(2024, 5, 2))
    again = paid(nights, "failing")
    assert (again["attempts"], again["last_outcome"], again["amount_unconfirmed"]) == (2, "no_return", Decimal("2640.00"))

    nights.deliver("bank_return", "B9", date(2024, 5, 3), returned("B9", ("failing", "2640.00", "success", "2024-05-03")))
    nights.night(date(2024, 5, 3))
    cured = paid(nights, "failing")
    assert nights.scalar("select count(*) from marts.fct_relief_payroll_line") == 2
    assert (cured["attempts"], cured["failed_lines"], cured["amount_paid"]) == (2, 1, Decimal("2640.00"))
    assert (cured["failed_on"], cured["cured_on"]) == (date(2024, 4, 9), date(2024, 5, 3))
    # Its clock started with the first sending, and stops with the credit.
    assert (cured["sent_on"], cured["credited_on"]) == (date(2024, 4, 7), date(2024, 5, 3))
    assert cured["amount_paid_late"] == Decimal("2640.00")


FILES = {
    "april, first": ("relief_payroll", PROJECT, date(2024, 4, 8), 1, [line("one"), line("two"), line("three", batch="B2")]),
    "april, later": ("relief_payroll", PROJECT, date(2024, 4, 20), 1, [line("one"), line("two", batch="B3"), line("four")]),
    "april, latest": (
        "relief_payroll", PROJECT, date(2024, 4, 25), 1,
        [line("one", due="2500.00"), line("one", period=date(2024, 4, 1), batch="B4")],
    ),
    "april, latest, without march": (
        "relief_payroll", PROJECT, date(2024, 4, 25), 2, [line("one", period=date(2024, 4, 1), batch="B4", due="1200.00")],
    ),
    "B1": ("bank_return", "B1", date(2024, 4, 9), 1, returned("B1", ("one", "2640.00", "success", "2024-04-09"), ("two", "2640.00", "failed", None))),
    "B1, corrected": ("bank_return", "B1", date(2024, 4, 9), 2, returned("B1", ("one", "2640.00", "success", "2024-04-10"), ("two", "2640.00", "failed", None))),
    "project": ("relief_project", PROJECT, date(2024, 4, 8), 1, [project()]),
}  # fmt: skip

ARRIVALS = [
    [list(FILES)],
    [["april, latest", "B1"], ["april, later", "april, first", "project"], ["april, latest, without march", "B1, corrected"]],
    [["april, first", "B1", "B1, corrected", "project"], ["april, latest"], ["april, latest, without march"], ["april, later"]],
]


def test_the_order_of_arrivals_leaves_no_trace(nights: Nights, warehouse: psycopg.Connection) -> None:
    answers = []
    for start, arrival in enumerate(ARRIVALS):
        for day, names in enumerate(arrival):
            for name in names:
                feed, unit, report_date, revision, rows = FILES[name]
                # Each order has a project and batches of its own, so that one warehouse holds them all.
                nights.deliver(
                    feed, f"{unit}-{start}", report_date,
                    [{**row, **({"project_no": f"{unit}-{start}"} if "project_no" in row else {}), "batch_no": row.get("batch_no") and f"{row['batch_no']}-{start}"} for row in rows],
                    revision,
                )  # fmt: skip
            nights.night(date(2024, 5, 1 + start * 5 + day))
        answers.append(
            nights.rows(
                """
                select period, person_key, crew, amount_due, amount_listed, amount_credited, amount_unconfirmed,
                    attempts, last_outcome, failed_lines, failed_on, credited_on, left(batch_no, 2)
                from marts.fct_relief_payroll_line where project_no = %s order by 1, 2, 3
                """,
                f"{PROJECT}-{start}",
            )
        )
    assert answers[0] == answers[1] == answers[2]
    by_person = {(row[0], row[1]): row for row in answers[0]}
    # March is what the file of 20 April says, for the correction of the 25th no longer speaks of it.
    assert {key for key in by_person if key[0] == MONTH} == {(MONTH, uuid.UUID(token(name))) for name in ("one", "two", "four")}
    assert by_person[MONTH, uuid.UUID(token("two"))][7:9] == (2, "no_return")
    assert by_person[date(2024, 4, 1), uuid.UUID(token("one"))][3] == Decimal("1200.00")


def test_the_payroll_total_agrees_to_the_fen(nights: Nights) -> None:
    amounts = [Decimal(cents) / 100 for cents in range(1, 300_000, 997)]
    nights.deliver("relief_project", PROJECT, date(2024, 4, 8), [project()])
    nights.deliver(
        "relief_payroll", PROJECT, date(2024, 4, 8),
        [line(f"worker {place}", due=str(amount), crew=str(place % 3)) for place, amount in enumerate(amounts)],
    )  # fmt: skip
    nights.deliver(
        "bank_return", "B1", date(2024, 4, 9),
        returned("B1", *((f"worker {place}", str(amount), "success", "2024-04-09") for place, amount in enumerate(amounts))),
    )  # fmt: skip
    nights.night(date(2024, 5, 1))
    assert nights.rows("select sum(amount_due), sum(amount_credited), count(*) from marts.fct_relief_payroll_line") == [
        (sum(amounts), sum(amounts), len(amounts))
    ]
    assert nights.rows("select sum(amount_paid), count(*) from marts.fct_wage_payment") == [(sum(amounts), len(amounts))]
