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
        """The outcome with the waiver that lets its failure pass, if there is one."""
        if outcome.success:
            return outcome
        names = [
            *(f"delivery:{number}" for number in deliveries),
            f"{outcome.suite}.{outcome.expectation.name}",
            outcome.expectation.name,
        ]
        found = (self.granted.get((name, outcome.unit)) for name in names)
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


@dataclass(frozen=True)
class Released:
    """Deliveries in force that an operator has released, and why: by unit and feed."""

    granted: Mapping[str, Mapping[str, str]]

    def applied(self, outcome: Outcome) -> Outcome:
        """The outcome, waived if it is a failure that would hold a released delivery: it is not held again."""
        if outcome.success or outcome.waiver:
            return outcome
        by_feed = self.granted.get(outcome.unit, {})
        feeds = outcome.suspects or tuple(by_feed)
        return replace(outcome, waiver=next((by_feed[feed] for feed in feeds if feed in by_feed), None))


def released(connection: psycopg.Connection) -> Released:
    """Released deliveries of each unit's latest accepted date, also of earlier nights: their rows are still shown."""
    found: dict[str, dict[str, str]] = {}
    rows = connection.execute(
        """
        select d.unit, d.feed, w.granted_by || ': ' || w.reason
        from ops.delivery as d
        join ops.waiver as w on w.check_name = 'delivery:' || d.delivery_id
        where d.status = 'accepted' and d.report_date = (
            select max(latest.report_date) from ops.delivery as latest
            where (latest.feed, latest.unit) = (d.feed, d.unit) and latest.status = 'accepted'
        )
        order by d.delivery_id
        """
    ).fetchall()
    for unit, feed, waiver in rows:
        found.setdefault(unit, {})[feed] = waiver
    return Released(found)


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
