"""What is due on a night, and what of it is missing: ops.due_of_night, for alerts, console and marts."""

from __future__ import annotations

import psycopg
import pytest
from tests.kit.nights import Nights, publish

from employment_warehouse import alert
from employment_warehouse.console.queries import query
from employment_warehouse.database import connect

# unit → when the employment register was due, and what has arrived: (report date, status).
REGISTERS = {
    "532501": (["2024-05-10"], [("2024-05-10", "accepted")]),
    "532502": (["2024-05-10"], [("2024-05-10", "held")]),
    "532503": (["2024-05-10"], [("2024-05-10", "refused")]),
    "532504": (["2024-05-10"], [("2024-05-10", "withdrawn")]),  # by a rollback
    "532523": (["2024-05-09", "2024-05-10"], [("2024-05-09", "accepted")]),
    "532524": (["2024-05-06", "2024-05-10"], [("2024-05-07", "accepted")]),  # sent before it was due
    "532525": (["2024-05-10"], [("2024-05-11", "landed")]),  # of the next night
    "532527": (["2024-05-10"], []),
    "532528": (["2024-05-10"], []),  # its file was not ingested
    "532529": (["2024-05-10"], [("2024-05-10", "refused")]),  # and another file of it was not ingested
    "532530": (["2024-05-09"], []),  # due the night before, when the file was not ingested
}
MISSING = {"532504", "532523", "532525", "532527"}
UNPAID = "532531"  # March was paid late, April not at all
# Payroll is due on the 10th, for the month; a bank's return, on the third working day, and then until it is accepted.
OTHERS = {
    ("relief_payroll", "early"): (["2024-05-10"], [("2024-05-03", "accepted")]),
    ("relief_payroll", "last month"): (["2024-05-10"], [("2024-04-30", "accepted")]),
    ("public_post_payment", UNPAID): (["2024-04-10", "2024-05-10"], [("2024-04-15", "accepted")]),
    ("bank_return", "answered before"): (["2024-05-02"], [("2024-05-06", "accepted")]),
    ("bank_return", "answered tonight"): (["2024-05-02"], [("2024-05-10", "landed")]),
    ("bank_return", "overdue"): (["2024-05-02"], []),
    ("bank_return", "due tonight"): (["2024-05-07"], []),
    ("bank_return", "due on Monday"): (["2024-05-08"], []),
}
DUE_BACK = {"2024-05-02": "2024-05-07", "2024-05-07": "2024-05-10", "2024-05-08": "2024-05-13"}


@pytest.fixture
def build(nights: Nights) -> int:
    """The night of 10 May, after that of 9 May was published."""
    registers = {("employment", unit): given for unit, given in REGISTERS.items()}
    for (feed, unit), (dates, arrived) in (registers | OTHERS).items():
        for on in dates:
            due_on = DUE_BACK[on] if feed == "bank_return" else on
            nights.connection.execute(
                "insert into ops.due values (%s, %s, %s, (%s::date + time '20:00') at time zone 'Asia/Shanghai')",
                (feed, unit, on, due_on),
            )
        for on, _ in arrived:
            nights.deliver(feed, unit, on)
    for night, feed, unit in (
        ("2024-05-10", "employment", "532528"),
        ("2024-05-10", "employment", "532529"),
        ("2024-05-09", "employment", "532530"),
        ("2024-05-10", "relief_payroll", "*"),
    ):
        nights.connection.execute(
            "insert into ops.intake_failure (night_on, feed, unit, path, reason) values (%s, %s, %s, 'a.csv', 'x')",
            (night, feed, unit),
        )
    publish(nights.start("2024-05-09"))
    tonight = nights.start("2024-05-10")
    for (feed, unit), (_, arrived) in (registers | OTHERS).items():
        for on, status in arrived:
            nights.connection.execute(
                "update ops.delivery set status = %s where feed = %s and unit = %s and report_date = %s",
                (status, feed, unit, on),
            )
    return tonight


@pytest.mark.quick
def test_what_is_due_is_missing_unless_it_arrived_or_the_warehouse_failed(
    warehouse: psycopg.Connection, build: int
) -> None:
    statement = "select feed, unit, status from ops.due_of_night where build = %s"
    found = {(feed, unit): status for feed, unit, status in warehouse.execute(statement, (build,))}
    assert {unit: status for (feed, unit), status in found.items() if feed == "employment"} == {
        **dict.fromkeys(("532501", "532502", "532503", "532524"), "arrived"),
        **dict.fromkeys(MISSING, "missing"),
        "532528": "intake_failed",
        "532529": "intake_failed",
    }
    assert {unit: status for (feed, unit), status in found.items() if feed != "employment"} == {
        "early": "arrived",
        "last month": "intake_failed",
        UNPAID: "missing",
        "answered tonight": "arrived",
        "overdue": "missing",
        "due tonight": "missing",
    }


def test_what_was_due_on_an_earlier_night_is_known_of_its_build(warehouse: psycopg.Connection, build: int) -> None:
    found = warehouse.execute(
        "select unit, status from ops.due_of_night where build < %s and feed = 'employment' order by unit", (build,)
    ).fetchall()
    assert found == [("532523", "arrived"), ("532530", "intake_failed")]


def test_alerts_and_console_call_the_same_missing(warehouse: psycopg.Connection, build: int) -> None:
    """An overdue return stays on the console; it is not a new alert."""
    publish(build)
    alert.raise_night_alerts(build)
    alerts = warehouse.execute("select unit from ops.alert where kind = 'feed_missing'").fetchall()
    assert {unit for (unit,) in alerts} == {*MISSING, UNPAID, "due tonight"}
    shown = warehouse.execute(query("due_of_night"), {"build": build}).fetchall()
    states = {unit: status for _, unit, *_, status in shown}
    assert {unit for unit, status in states.items() if status == "missing"} == {
        *MISSING,
        UNPAID,
        "due tonight",
        "overdue",
    }
    assert states["532502"] == "held" and states["532503"] == "refused"
    assert states["532528"] == states["532529"] == states["last month"] == "intake_failed"
    assert states["early"] == "on_time"


# unit → the date of its payroll and the months that it speaks of; whether it answers for April on 10 May.
PAYROLLS = {
    "532501": ("2024-04-30", ["2024-04-01"], "on_time"),
    "532502": ("2024-05-03", ["2024-03-01"], "missing"),  # an earlier month, sent again
    "532503": ("2024-05-15", ["2024-04-01"], "late"),
    "532504": ("2024-05-15", ["2024-05-01"], "missing"),
    "532523": ("2024-03-31", ["2024-03-01", "2024-04-01"], "on_time"),
    "532524": ("2024-05-09", None, "on_time"),  # nil
    "532525": ("2024-04-28", None, "missing"),  # nil, of March
}


def test_a_month_is_answered_by_a_file_that_speaks_of_it_whatever_its_date(
    warehouse: psycopg.Connection, nights: Nights
) -> None:
    for unit, (on, months, _) in PAYROLLS.items():
        warehouse.execute(
            "insert into ops.due values ('public_post_payment', %s, '2024-05-10', '2024-05-10 20:00+08')", (unit,)
        )
        number = nights.deliver("public_post_payment", unit, on)
        warehouse.execute("update ops.delivery set months = %s where delivery_id = %s", (months, number))
    build = nights.start("2024-05-10")
    statement = "select unit, status from ops.due_submission where feed = 'public_post_payment'"
    assert dict(warehouse.execute(statement).fetchall()) == {unit: state for unit, (*_, state) in PAYROLLS.items()}
    missing = "select unit from ops.due_of_night where build = %s and status = 'missing' order by unit"
    assert [unit for (unit,) in warehouse.execute(missing, (build,))] == ["532502", "532504", "532525"]
    # Corrected, it speaks of April no more.
    nights.deliver("public_post_payment", "532501", "2024-04-30")
    warehouse.execute("update ops.delivery set status = 'accepted', build = %s where unit = '532501'", (build,))
    assert dict(warehouse.execute(statement).fetchall())["532501"] == "missing"
    assert "532501" in [unit for (unit,) in warehouse.execute(missing, (build,))]


# unit → the parts of its payroll of 3 May: (part, kind, status, arrived on, months); what is said of April on 10 May.
FILE, ON_TIME, LATE = ("", "file", "accepted", "2024-05-03", "2024-03-01"), "2024-05-08", "2024-05-11"
WORKBOOKS = {
    "532501": ([FILE, ("～001", "correction", "accepted", ON_TIME, "2024-04-01")], "on_time"),
    "532502": ([FILE, ("～001", "correction", "accepted", LATE, "2024-04-01")], "late"),
    "532503": (  # a second workbook comes late; the month came with the first
        [
            FILE,
            ("～001", "correction", "accepted", ON_TIME, "2024-04-01"),
            ("～002", "correction", "accepted", LATE, "2024-04-01"),
        ],
        "on_time",
    ),
    "532504": (  # a file speaks of the month, and came late
        [("", "file", "accepted", LATE, "2024-04-01"), ("～001", "correction", "accepted", LATE, "2024-04-01")],
        "late",
    ),
    "532523": ([FILE, ("～001", "correction", "held", ON_TIME, "2024-04-01")], "held"),
    "532524": ([FILE, ("～001", "correction", "accepted", ON_TIME, "2024-03-01")], "missing"),
}


def test_a_month_that_only_a_correction_brings_came_with_it(warehouse: psycopg.Connection, nights: Nights) -> None:
    numbers = {}
    for unit, (parts, _) in WORKBOOKS.items():
        warehouse.execute(
            "insert into ops.due values ('public_post_payment', %s, '2024-05-10', '2024-05-10 20:00+08')", (unit,)
        )
        for part, kind, *_ in parts:
            numbers[unit, part] = nights.deliver("public_post_payment", unit, "2024-05-03", part=part, kind=kind)
    build = nights.start("2024-05-10")
    for unit, (parts, _) in WORKBOOKS.items():
        for part, _, status, arrived_on, month in parts:
            warehouse.execute(
                "update ops.delivery set status = %s, arrived_at = %s::timestamptz, months = array[%s::date]"
                " where delivery_id = %s",
                (status, f"{arrived_on} 10:00+08", month, numbers[unit, part]),
            )
    expected = {unit: state for unit, (_, state) in WORKBOOKS.items()}
    found = warehouse.execute("select unit, status, delivery_id from ops.due_submission").fetchall()
    assert {unit: status for unit, status, _ in found} == expected
    named = {unit: number for unit, _, number in found}
    assert (named["532501"], named["532504"]) == (numbers["532501", "～001"], numbers["532504", ""])
    missing = "select unit from ops.due_of_night where build = %s and status = 'missing'"
    assert warehouse.execute(missing, (build,)).fetchall() == [("532524",)]
    nights.build(build, "int_unit_submission")
    in_marts = warehouse.execute("select unit, status from tonight.int_unit_submission where is_due").fetchall()
    assert dict(in_marts) == expected
    for unit, state in expected.items():
        with connect(f"county_{unit}") as county:
            shown = county.execute("select part, state from ops.own_deliveries('2024-05-01')").fetchall()
        assert [kept for _, kept in shown if kept] == [state], unit
        assert (None, state) in shown or state != "missing"
    with connect("county_532503") as county:
        of_parts = dict(county.execute("select part, state from ops.own_deliveries('2024-05-01')").fetchall())
    assert of_parts == {"": None, "～001": "on_time", "～002": None}


def test_a_county_sees_the_file_that_answers_a_month_however_old_it_is(
    warehouse: psycopg.Connection, nights: Nights
) -> None:
    warehouse.execute(
        "insert into ops.due values ('public_post_payment', '532501', '2024-05-10', '2024-05-10 20:00+08')"
    )
    for on in ("2024-03-28", "2024-04-28"):
        nights.deliver("public_post_payment", "532501", on, kind="file")
    warehouse.execute(
        "update ops.delivery set arrived_at = report_date::timestamptz,"
        " months = array[date_trunc('month', report_date::timestamp)::date]"
    )
    nights.start("2024-05-10")
    with connect("county_532501") as county:
        shown = county.execute("select report_date::text, kind, state from ops.own_deliveries('2024-05-03')").fetchall()
    assert shown == [("2024-04-28", "file", "on_time")]
