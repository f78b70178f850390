"""Gate 1: every delivery that is offered to tonight's build is accepted, or held with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import psycopg

from employment_warehouse import database
from employment_warehouse.contract import contract
from employment_warehouse.gate import results
from employment_warehouse.gate.expectation import Outcome
from employment_warehouse.gate.feed_suite import feed_suite
from employment_warehouse.gate.profile import Profile, Report, keep, offered_reports, profiles
from employment_warehouse.gate.thresholds import Thresholds, thresholds
from employment_warehouse.gate.validation import validate

REASON = "门禁一 gate 1"


@dataclass(frozen=True)
class Gate1Result:
    """Numbers of the deliveries that tonight's build takes in, and of those that are held."""

    accepted: tuple[int, ...]
    held: tuple[int, ...]


def gate_deliveries(build: int) -> Gate1Result:
    """Judge what `ops.start_build` offered to this build, all feeds, in one transaction.

    All parts of a unit's report for a date are accepted or held together. Results go to ops.check_result.
    Run again after it has committed it changes nothing, and says what stands in the ledger.
    Raises UserError (`not_tonight`) where the build is not the one in progress.
    """
    with database.connect("wh_gate") as connection:
        report_date = results.tonight(connection, build)
        _lock(connection, build)
        reports = offered_reports(connection, build)
        if reports:
            limits = thresholds(connection, report_date)
            waivers = results.waivers(connection, report_date)
            outcomes = [
                outcome
                for feed, of_feed in groupby(reports, key=lambda report: report.feed)
                for outcome in _judge(connection, feed, list(of_feed), limits, waivers)
            ]
            results.write(connection, build, 1, outcomes)
        return _standing(connection, build)


def _judge(
    connection: psycopg.Connection,
    feed: str,
    reports: Sequence[Report],
    limits: Thresholds,
    waivers: results.Waivers,
) -> list[Outcome]:
    """Judge one feed's reports, and write into the ledger what came of each."""
    import pandas as pd  # noqa: PLC0415  takes half a second

    declared = contract(feed)
    suite = feed_suite(declared, limits)
    measured = profiles(connection, declared, reports, limits.of("gate_min_rows_compared", feed) or 0)
    columns = ["unit", *dict.fromkeys(column for expectation in suite for column in expectation.columns)]
    frame = pd.DataFrame([{"unit": profile.report.unit, **profile.all} for profile in measured]).reindex(
        columns=columns
    )
    judged = validate(feed, frame.astype(dict.fromkeys(columns[1:], float)), suite)
    found: list[Outcome] = []
    for row, profile in enumerate(measured):
        own = [
            waivers.applied(
                replace(
                    outcome,
                    feed=feed,
                    delivery_id=max(profile.report.offered),
                    unexpected_rows=_unexpected_rows(outcome, profile),
                ),
                profile.report.offered,
            )
            for outcome in judged[row :: len(measured)]
        ]
        _conclude(connection, profile, [outcome for outcome in own if outcome.blocks])
        found += own
    return found


def _conclude(connection: psycopg.Connection, profile: Profile, blocking: Sequence[Outcome]) -> None:
    reason = f"{REASON}: " + "；".join(outcome.message_zh for outcome in blocking[:5])
    connection.execute(
        "update ops.delivery set status = %s, reason = %s where delivery_id = any(%s) and status = 'landed'",
        ("held" if blocking else "accepted", reason if blocking else None, list(profile.report.offered)),
    )
    if not blocking:
        keep(connection, [profile])


def _unexpected_rows(outcome: Outcome, profile: Profile) -> int:
    """Rows behind a failure: those that break a column or a rule, else all of the report."""
    if outcome.success:
        return 0
    counted = profile.own.get(outcome.expectation.columns[0]) if outcome.expectation.name.endswith(".broken") else None
    return int(counted if counted is not None else profile.report.rows_landed)


def _lock(connection: psycopg.Connection, build: int) -> None:
    """Of two gates at work on one build the second waits, and then finds nothing left to do."""
    connection.execute(
        "select from ops.delivery where build = %s and status = 'landed' order by delivery_id for update",
        (build,),
    )


def _standing(connection: psycopg.Connection, build: int) -> Gate1Result:
    rows = connection.execute(
        "select delivery_id, status from ops.delivery where build = %s and status in ('accepted', 'held') order by 1",
        (build,),
    ).fetchall()
    return Gate1Result(
        accepted=tuple(number for number, status in rows if status == "accepted"),
        held=tuple(number for number, status in rows if status == "held"),
    )
