"""Payroll, bank returns and what is paid: from landing rows to facts, through dbt on a real server."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.kit.people import token
from tests.kit.relief import PROJECT, line, project, returned

MARCH = "2024-03-01"


@pytest.fixture
def payments(nights: Any) -> Any:
    """Nights that build what the payroll's facts need."""
    nights.select = "+fct_relief_payroll_line,resource_type:model"
    return nights


def payment(nights: Any, person: str, crew: str = "") -> dict[str, Any]:
    """The warehouse's row for a person's line."""
    (found,) = nights.records(
        "select * from marts.fct_relief_payroll_line where person_key = %s and crew = %s", token(person), crew
    )
    return dict(found)


def test_only_what_the_bank_credits_is_paid(payments: Any) -> None:
    cents = [Decimal(amount) / 100 for amount in range(1, 300_000, 997)]
    payments.deliver("relief_project", PROJECT, "2024-04-08", [project()])
    payments.deliver("relief_payroll", PROJECT, "2024-04-08", [
        line("good"), line("failed"), line("left out"), line("unanswered", batch="B2"),
        line("differing"), line("in cash", batch=None, account_key=None),
        line("twin", crew="one"), line("twin", crew="two"), line("credited twice"),
        *(line(f"worker {place}", due=str(amount), batch="B3") for place, amount in enumerate(cents)),
    ])  # fmt: skip
    payments.deliver("bank_return", "B1", "2024-04-09", returned(
        "B1",
        ("good", "2640.00", "2024-04-09"), ("failed", "2640.00", None), ("differing", "2340.00", "2024-04-09"),
        ("twin", "2640.00", "2024-04-09"), ("twin", "2640.00", None),
        ("credited twice", "2640.00", "2024-04-09"), ("credited twice", "2640.00", "2024-04-09"),
    ))  # fmt: skip
    payments.deliver("bank_return", "B3", "2024-04-09", returned(
        "B3", *((f"worker {place}", str(amount), "2024-04-09") for place, amount in enumerate(cents))
    ))  # fmt: skip
    payments.night("2024-05-01")

    def seen(person: str, crew: str = "") -> tuple[str, str, str, str | None, bool]:
        row = payment(payments, person, crew)
        return (
            str(row["amount_paid"]), str(row["amount_unconfirmed"]), str(row["arrears"]), row["last_outcome"],
            row["is_amount_different"],
        )  # fmt: skip

    assert seen("good") == ("2640.00", "0.00", "0.00", "credited", False)
    assert seen("failed") == ("0.00", "0.00", "2640.00", "failed", False)
    assert seen("left out") == ("0.00", "0.00", "2640.00", "left_out", False)
    assert seen("unanswered") == ("2640.00", "2640.00", "0.00", "no_return", False)
    assert seen("in cash") == ("2640.00", "2640.00", "0.00", None, False)
    assert seen("differing") == ("2340.00", "0.00", "300.00", "credited", True)
    assert seen("twin", "one") == ("2640.00", "0.00", "0.00", "credited", False)
    assert seen("twin", "two") == ("0.00", "0.00", "2640.00", "failed", False)
    assert seen("credited twice") == ("5280.00", "0.00", "0.00", "credited", True)
    # The total agrees to the fen.
    assert payments.rows(
        "select sum(amount_due), sum(amount_credited), count(*)"
        " from marts.fct_relief_payroll_line where batch_no = 'B3'"
    ) == [(sum(cents), sum(cents), len(cents))]
    assert payments.rows("select sum(amount_due) from marts.fct_wage_payment") == [
        (sum(cents) + 9 * Decimal("2640.00"),)
    ]


def test_a_failed_line_that_the_next_file_issues_again_is_one_obligation_with_two_attempts(payments: Any) -> None:
    payments.deliver("relief_project", PROJECT, "2024-04-08", [project()])
    payments.deliver("relief_payroll", PROJECT, "2024-04-08", [line("failing"), line("good")])
    payments.deliver(
        "bank_return",
        "B1",
        "2024-04-09",
        returned("B1", ("failing", "2640.00", None), ("good", "2640.00", "2024-04-09")),
    )
    payments.deliver(
        "relief_payroll", PROJECT, "2024-05-02", [line("failing", batch="B9", sent_on="2024-05-02"), line("good")]
    )
    payments.night("2024-05-01")
    assert (payment(payments, "failing")["attempts"], payment(payments, "failing")["arrears"]) == (
        1,
        Decimal("2640.00"),
    )

    payments.deliver("bank_return", "B9", "2024-05-03", returned("B9", ("failing", "2640.00", "2024-05-03")))
    payments.night("2024-05-03")
    cured = payment(payments, "failing")
    assert payments.scalar("select count(*) from marts.fct_relief_payroll_line") == 2
    assert (cured["attempts"], cured["failed_lines"], cured["amount_paid"]) == (2, 1, Decimal("2640.00"))
    assert [f"{cured[name]}" for name in ("failed_on", "cured_on")] == ["2024-04-09", "2024-05-03"]
    # Its clock started with the first sending, and stops with the credit.
    assert [f"{cured[name]}" for name in ("sent_on", "credited_on")] == ["2024-04-07", "2024-05-03"]
    assert cured["amount_paid_late"] == Decimal("2640.00")


@pytest.mark.parametrize(
    "nights_of", [[["A", "B", "A"]], [["A"], ["B"], ["A"]]], ids=["in one night", "in three nights"]
)
@pytest.mark.parametrize("changed", ["account_key", "amount_paid"])
def test_a_corrected_line_replaces_what_the_bank_is_asked_for(
    payments: Any, nights_of: list[list[str]], changed: str
) -> None:
    lines_of = {"A": line("worker"), "B": line("worker") | {"account_key": token("another"), "amount_paid": "2500.00"}}
    lines_of["B"] = lines_of["A"] | {changed: lines_of["B"][changed]}
    payments.deliver("relief_project", PROJECT, "2024-04-08", [project()])
    revision = 0
    for night, revisions in enumerate(nights_of, start=1):
        for name in revisions:
            revision += 1
            payments.deliver("relief_payroll", PROJECT, "2024-04-08", [lines_of[name]], revision=revision)
        if night == len(nights_of):
            payments.deliver("bank_return", "B1", "2024-04-09", returned("B1", ("worker", "2640.00", "2024-04-09")))
        payments.night(f"2024-05-0{night}")
    found = payment(payments, "worker")
    assert (found["last_outcome"], found["amount_paid"]) == ("credited", Decimal("2640.00"))
    assert found["is_amount_different"] is False


def test_an_earlier_attempt_has_the_amount_of_the_last_revision_with_its_batch(payments: Any) -> None:
    payments.deliver("relief_project", PROJECT, "2024-04-08", [project()])
    for amount in ("2640.00", "2500.00", "2640.00"):
        payments.deliver("relief_payroll", PROJECT, "2024-04-08", [line("worker", amount_paid=amount)])
    payments.deliver("relief_payroll", PROJECT, "2024-04-20", [line("worker", batch="B2")])
    payments.deliver("bank_return", "B1", "2024-04-09", returned("B1", ("worker", "2640.00", None)))
    payments.deliver("bank_return", "B2", "2024-04-22", returned("B2", ("worker", "2640.00", "2024-04-22")))
    payments.night("2024-05-01")
    attempts = payments.rows(
        "select batch_no, amount, outcome, is_amount_different, return_due_on::text"
        " from marts.fct_payment_attempt order by 1"
    )
    # Both were sent on Sunday 7 April.
    assert attempts == [
        ("B1", Decimal("2640.00"), "failed", False, "2024-04-10"),
        ("B2", Decimal("2640.00"), "credited", False, "2024-04-10"),
    ]


def test_an_amount_reported_without_a_batch_counts_from_its_date_on(payments: Any) -> None:
    payments.deliver("relief_project", PROJECT, "2024-04-08", [project()])
    payments.deliver("relief_payroll", PROJECT, "2024-04-08", [line("failing"), line("credited")])
    payments.deliver(
        "bank_return",
        "B1",
        "2024-04-09",
        returned("B1", ("failing", "2640.00", None), ("credited", "640.00", "2024-04-09")),
    )
    # The next file pays in cash what the bank did not, on the second of May.
    in_cash = {"batch": None, "account_key": None, "paid_on": "2024-05-02"}
    payments.deliver(
        "relief_payroll", PROJECT, "2024-05-01",
        [line("failing", **in_cash), line("credited", **in_cash, amount_paid="2000.00")],
    )  # fmt: skip

    def paid(day: str) -> dict[str, tuple[str, str, str, str]]:
        payments.night(day)
        return {
            person: tuple(
                str(payment(payments, person)[name])
                for name in ("amount_credited", "amount_unconfirmed", "paid_on", "arrears")
            )
            for person in ("failing", "credited")
        }

    assert paid("2024-05-01") == {
        "failing": ("0.00", "0.00", "None", "2640.00"),
        "credited": ("640.00", "0.00", "2024-04-09", "2000.00"),
    }
    assert paid("2024-05-02") == {
        "failing": ("0.00", "2640.00", "2024-05-02", "0.00"),
        "credited": ("640.00", "2000.00", "2024-05-02", "0.00"),
    }


def test_a_credit_dated_after_the_night_is_paid_from_its_day_on(payments: Any) -> None:
    """Until then the line is owed: its batch has a return, so what the payroll reports does not count either."""
    payments.deliver("relief_project", PROJECT, "2024-06-13", [project()])
    payments.deliver("relief_payroll", PROJECT, "2024-06-13", [line("tomorrow"), line("in two parts")])
    payments.deliver("bank_return", "B1", "2024-06-13", returned(
        "B1", ("tomorrow", "2640.00", "2024-06-14"), ("in two parts", "640.00", "2024-06-13"),
        ("in two parts", "2000.00", "2024-06-14"),
    ))  # fmt: skip

    def paid(person: str) -> tuple[Any, ...]:
        row = payment(payments, person)
        return row["amount_paid"], row["arrears"], row["credited_on"], row["paid_on"], row["last_outcome"]

    today, tomorrow, whole = date(2024, 6, 13), date(2024, 6, 14), Decimal(2640)
    payments.night(today)
    assert paid("tomorrow") == (0, whole, None, None, "credited")
    assert paid("in two parts") == (640, 2000, today, today, "credited")
    payments.night(tomorrow)
    assert paid("tomorrow") == paid("in two parts") == (whole, 0, tomorrow, tomorrow, "credited")


def test_of_two_credits_of_an_attempt_the_one_after_the_pay_date_is_late(payments: Any) -> None:
    payments.deliver("relief_project", PROJECT, "2024-04-08", [project()])
    payments.deliver("relief_payroll", PROJECT, "2024-04-08", [line("in two parts")])
    payments.deliver("bank_return", "B1", "2024-04-22", returned(
        "B1", ("in two parts", "2000.00", "2024-04-10"), ("in two parts", "640.00", "2024-04-20"),
    ))  # fmt: skip
    payments.night("2024-05-01")
    row = payment(payments, "in two parts")
    assert (row["amount_paid"], row["amount_paid_late"]) == (2640, 640)


def test_equal_lines_are_answered_in_the_order_of_the_workbook_s_sheets(payments: Any) -> None:
    shared = {"account_key": token("account of shared")}
    payments.deliver("relief_project", PROJECT, "2024-04-08", [project()])
    number = payments.deliver(
        "relief_payroll",
        PROJECT,
        "2024-04-08",
        [line("first", sheet="二组", **shared), line("second", sheet="三组", **shared)],
    )
    payments.connection.execute(
        """update ops.delivery set understood = '{"sheets": ["二组", "三组"]}' where delivery_id = %s""", (number,)
    )
    payments.deliver(
        "bank_return",
        "B1",
        "2024-04-09",
        returned("B1", ("shared", "2640.00", None), ("shared", "2640.00", "2024-04-09")),
    )
    payments.night("2024-05-01")
    assert [payment(payments, person)["last_outcome"] for person in ("first", "second")] == ["failed", "credited"]


def test_of_a_line_in_two_parts_the_part_with_the_higher_number_counts(payments: Any) -> None:
    def paid(amount: str) -> list[dict[str, Any]]:
        return [{
            "post_no": "P1", "person_key": token("holder"), "birth_date": "1980-02-03", "period": MARCH,
            "days_present": 22, "amount_due": "800.00", "amount_paid": amount,
        }]  # fmt: skip

    for part, amount in (("2", "100.00"), ("10", "200.00"), ("9", "150.00")):
        payments.deliver("public_post_payment", "532528", "2024-04-08", paid(amount), part=part)
    payments.night("2024-05-01")
    assert payments.rows("select amount_paid::text from store.reported_public_post_payment") == [("200.00",)]


APRIL = "2024-04-01"
FILES = {
    "project": ("relief_project", PROJECT, "2024-04-08", 1, [project()]),
    "first": ("relief_payroll", PROJECT, "2024-04-08", 1, [line("one"), line("two"), line("three", batch="B2")]),
    "later": ("relief_payroll", PROJECT, "2024-04-20", 1, [line("one"), line("two", batch="B3"), line("four")]),
    "latest": (
        "relief_payroll", PROJECT, "2024-04-25", 1,
        [line("one", due="2500.00"), line("one", period=APRIL, batch="B4")],
    ),
    "latest, without March": (
        "relief_payroll", PROJECT, "2024-04-25", 2, [line("one", due="1200.00", period=APRIL, batch="B4")],
    ),
    "return": (
        "bank_return", "B1", "2024-04-09", 1,
        returned("B1", ("one", "2640.00", "2024-04-09"), ("two", "2640.00", None)),
    ),
    "return, corrected": (
        "bank_return", "B1", "2024-04-09", 2,
        returned("B1", ("one", "2640.00", "2024-04-10"), ("two", "2640.00", None)),
    ),
}  # fmt: skip

# What arrives before which night; each order has a project and batches of its own, so that three nights serve all.
ORDERS = {
    "at once": [list(FILES), [], []],
    "late files last": [
        ["latest", "return"], ["later", "first", "project"], ["latest, without March", "return, corrected"],
    ],
    "a correction first": [
        ["first", "return", "project"], ["latest", "latest, without March", "return, corrected"], ["later"],
    ],
}  # fmt: skip


def test_the_result_does_not_depend_on_the_order_of_arrival(payments: Any) -> None:
    for night in range(3):
        for order, arrivals in ORDERS.items():
            for name in arrivals[night]:
                feed, unit, on, revision, rows = FILES[name]
                own: list[dict[str, Any]] = [dict(row) for row in rows]
                for row in own:
                    row |= {column: f"{row[column]} {order}" for column in ("project_no", "batch_no") if column in row}
                payments.deliver(feed, f"{unit} {order}", on, own, revision=revision)
        payments.night(f"2024-05-0{night + 1}")
    answers = {
        order: payments.rows(
            """
            select period::text, person_key::text, amount_due, amount_listed, amount_credited, amount_unconfirmed,
                attempts, last_outcome, failed_lines, failed_on, credited_on, split_part(batch_no, ' ', 1)
            from marts.fct_relief_payroll_line where project_no = %s order by 1, 2
            """,
            f"{PROJECT} {order}",
        )
        for order in ORDERS
    }
    assert answers["at once"] == answers["late files last"] == answers["a correction first"]
    lines = {(row[0], row[1]): row for row in answers["at once"]}
    # March is as in the file of 20 April: the correction of the 25th no longer covers it.
    assert {person for period, person in lines if period == MARCH} == {token(name) for name in ("one", "two", "four")}
    assert lines[MARCH, token("two")][6:8] == (2, "no_return")
    assert lines[APRIL, token("one")][2] == Decimal("1200.00")
