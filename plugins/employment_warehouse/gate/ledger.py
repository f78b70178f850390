"""What the gates read from the ledger and write to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import psycopg

from employment_warehouse.errors import UserError
from employment_warehouse.gate.expectation import Outcome
from employment_warehouse.gate.queries import query


@dataclass(frozen=True)
class Waivers:
    """Who waived which check of which unit, until when, and why; by (name of the check, unit)."""

    granted: Mapping[tuple[str, str], str]

    def applied(self, outcome: Outcome, deliveries: Sequence[int] = ()) -> Outcome:
        """The outcome with the waiver that lets its failure pass, if there is one: of all these deliveries, or of the
        check.
        """
        if outcome.success or not outcome.expectation.may_be_waived:
            return outcome
        names = [f"{outcome.suite}.{outcome.expectation.name}", outcome.expectation.name]
        found = [self.granted.get((name, outcome.unit)) for name in names]
        released = [self.granted.get((f"delivery:{number}", outcome.unit)) for number in deliveries]
        if all(released):
            found = [*released, *found]
        return replace(outcome, waiver=next((waiver for waiver in found if waiver), None))


def waivers(connection: psycopg.Connection, on: date) -> Waivers:
    """The waivers in force on a date; that of a released delivery applies to it on any night."""
    rows = connection.execute(
        """
        select check_name, unit, granted_by, reason, case when check_name not like 'delivery:%%' then valid_to end
        from ops.waiver
        where %s between valid_from and valid_to or check_name like 'delivery:%%'
        """,
        (on,),
    ).fetchall()
    return Waivers(
        {
            (name, unit): f"{granted_by}{f' (至 until {until})' if until else ''}: {reason}"
            for name, unit, granted_by, reason, until in rows
        }
    )


def tonight(connection: psycopg.Connection, build: int) -> date:
    """The report date of the build in progress. Raises UserError where that is not this one."""
    row = connection.execute("select report_date from ops.tonight where build = %s", (build,)).fetchone()
    if row is None:
        raise UserError(
            f"第 {build} 次汇总不在进行中 | build {build} is not in progress",
            code="not_tonight",
            todo="run the night again",
        )
    found: date = row[0]
    return found


def prefecture(connection: psycopg.Connection) -> str:
    """Code of the prefecture: the unit of checks that name no other."""
    row = connection.execute("select ops.prefecture()").fetchone()
    return "" if row is None else str(row[0])


def write(connection: psycopg.Connection, build: int, gate: int, outcomes: Iterable[Outcome]) -> None:
    """The results of one gate, in place of those of an earlier run of the same build.

    After a rebuild, the failures for which gate 2 held deliveries stay on record.
    """
    connection.execute(query("delete_results"), {"build": build, "gate": gate})
    rows = [
        (
            build,
            gate,
            outcome.suite,
            outcome.expectation.name,
            outcome.feed,
            outcome.unit,
            outcome.delivery_id,
            outcome.expectation.severity,
            outcome.success,
            outcome.observed,
            outcome.expectation.expected,
            outcome.unexpected_rows,
            outcome.message_zh,
            outcome.message_en,
            outcome.waiver,
            outcome.was_run,
        )
        for outcome in outcomes
    ]
    # No COPY: PostgreSQL does not check it against the policy that a gate writes only of tonight's build.
    connection.cursor().executemany(
        """
        insert into ops.check_result (
            build, gate, suite, check_name, feed, unit, delivery_id, severity, success, observed, expected,
            unexpected_rows, message_zh, message_en, waiver, was_run
        ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        rows,
    )
