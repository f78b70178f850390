"""Gate 1: every delivery that is offered to tonight's build is accepted, or held with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

import psycopg

from employment_warehouse import database
from employment_warehouse.contract import contract_of
from employment_warehouse.gate import ledger
from employment_warehouse.gate.delivery_measures import measures_of
from employment_warehouse.gate.expectation import Outcome
from employment_warehouse.gate.feed_suite import feed_suite
from employment_warehouse.gate.measure import Comparison
from employment_warehouse.gate.profile import Profile, keep, profiles
from employment_warehouse.gate.submission import Submission, next_submission, offered_submissions
from employment_warehouse.gate.threshold_lookup import Thresholds, thresholds_on
from employment_warehouse.gate.validation import validate

REASON = "入库前检查 gate 1"


@dataclass(frozen=True)
class Gate1Result:
    """Numbers of the deliveries that tonight's build uses, and of those that are held.

    outcomes: what this run has found, for Data Docs; nothing where an earlier run has decided.
    """

    accepted: tuple[int, ...]
    held: tuple[int, ...]
    outcomes: tuple[Outcome, ...] = field(default=(), compare=False, repr=False)


def gate_deliveries(build: int) -> Gate1Result:
    """Check what `ops.start_build` offered to this build, all feeds, in one transaction.

    All parts of a submission are accepted or held together. Results go to ops.check_result. A second run after the
    first has committed changes nothing and returns what is in the ledger.
    Raises UserError (`not_tonight`) if the build is not the one in progress, `setting_missing`.
    """
    with database.connect("wh_gate") as connection:
        report_date = ledger.tonight(connection, build)
        _lock(connection, build)
        submissions = offered_submissions(connection, build)
        outcomes: list[Outcome] = []
        if submissions:
            thresholds = thresholds_on(connection, report_date)
            waivers = ledger.waivers(connection, report_date)
            outcomes = [
                outcome
                for feed, of_feed in groupby(submissions, key=lambda submission: submission.feed)
                for outcome in _check(connection, feed, list(of_feed), thresholds, waivers)
            ]
            ledger.write(connection, build, 1, outcomes)
        return replace(_recorded_result(connection, build), outcomes=tuple(outcomes))


def _check(
    connection: psycopg.Connection,
    feed: str,
    submissions: Sequence[Submission],
    thresholds: Thresholds,
    waivers: ledger.Waivers,
) -> list[Outcome]:
    """Check one feed's submissions, and record in the ledger which are accepted and which are held."""
    found: list[Outcome] = []
    for profile, own in _check_each(connection, feed, submissions, thresholds, waivers):
        _record_decision(connection, profile, [outcome for outcome in own if outcome.blocks])
        found += own
    return found


def preview(connection: psycopg.Connection, feed: str, unit: str, report_date: date, night_on: date) -> list[Outcome]:
    """The failures that gate 1 would find of a submission in the night of a date, as far as it concerns the unit alone;
    nothing is recorded.

    Comparisons with other units are left to the night: repeated previews would reveal their figures. Nothing is said of
    a submission with purged rows, which the night restores first.
    """
    submissions = [
        submission
        for submission in next_submission(connection, feed, unit, report_date)
        if not submission.has_purged_rows
    ]
    contract = contract_of(feed)
    with_others = {
        subject.name(measure.name)
        for measure, subject in measures_of(contract)
        if isinstance(measure.computed, Comparison) and measure.computed.against == "peers"
    }
    thresholds, waivers = thresholds_on(connection, night_on), ledger.waivers(connection, night_on)
    return [
        outcome
        for _, own in _check_each(connection, feed, submissions, thresholds, waivers)
        for outcome in own
        if not outcome.success and outcome.waiver is None and with_others.isdisjoint(outcome.expectation.columns)
    ]


def _check_each(
    connection: psycopg.Connection,
    feed: str,
    submissions: Sequence[Submission],
    thresholds: Thresholds,
    waivers: ledger.Waivers,
) -> Iterator[tuple[Profile, list[Outcome]]]:
    """The profile of each submission of a feed, and what is found of it."""
    if not submissions:
        return
    import pandas as pd  # noqa: PLC0415  takes half a second

    contract = contract_of(feed)
    suite = feed_suite(contract, thresholds)
    measured = profiles(connection, contract, submissions, thresholds)
    columns = ["unit", *dict.fromkeys(column for e in suite for column in (*e.columns, *e.shown))]
    frame = pd.DataFrame([{"unit": profile.submission.unit, **profile.all} for profile in measured]).reindex(
        columns=columns
    )
    outcomes = validate(feed, frame.astype(dict.fromkeys(columns[1:], float)), suite)
    for row, profile in enumerate(measured):
        yield (
            profile,
            [
                waivers.applied(
                    replace(outcome, feed=feed, delivery_id=max(profile.submission.offered)),
                    profile.submission.newly_offered,
                )
                for outcome in outcomes[row :: len(measured)]
            ],
        )


def _record_decision(connection: psycopg.Connection, profile: Profile, blocking: Sequence[Outcome]) -> None:
    reason = f"{REASON}: " + "；".join(outcome.message_zh for outcome in blocking[:5])
    connection.execute(
        "update ops.delivery set status = %s, reason = %s, held_by = %s"
        " where delivery_id = any(%s) and status = 'landed'",
        (*(("held", reason, "gate_1") if blocking else ("accepted", None, None)), list(profile.submission.offered)),
    )
    if not blocking:
        keep(connection, [profile])


def _lock(connection: psycopg.Connection, build: int) -> None:
    """Of two gates that run for one build the second waits, and then finds nothing left to do."""
    connection.execute(
        "select from ops.delivery where build = %s and status = 'landed' order by delivery_id for update",
        (build,),
    )


def _recorded_result(connection: psycopg.Connection, build: int) -> Gate1Result:
    rows = connection.execute(
        "select delivery_id, status from ops.delivery where build = %s and status in ('accepted', 'held') order by 1",
        (build,),
    ).fetchall()
    return Gate1Result(
        accepted=tuple(number for number, status in rows if status == "accepted"),
        held=tuple(number for number, status in rows if status == "held"),
    )
