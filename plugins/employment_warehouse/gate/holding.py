"""Which deliveries gate 2 holds: those that a critical failure has as its likely cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import psycopg

from employment_warehouse.gate.expectation import Outcome
from employment_warehouse.gate.queries import query
from employment_warehouse.gate.releases import releases
from employment_warehouse.gate.threshold_lookup import Thresholds

REASON = "发布前检查 gate 2"


def hold_causes(
    connection: psycopg.Connection, build: int, outcomes: Sequence[Outcome], thresholds: Thresholds
) -> list[Outcome]:
    """Hold what the units of critical failures have sent tonight; the outcomes, once for each delivery held for them.

    Deliveries of the feeds that the check names; where these have none of tonight, of all feeds of the unit; without
    what was released. None where the check itself is the likelier culprit. A failure that only released deliveries may
    have caused is waived, under the name of who released them.
    """
    held = _previously_held(connection, build)
    released = releases(connection, build, held)
    outcomes = [released.applied(outcome) for outcome in outcomes]
    systemic = _systemic(outcomes, thresholds)
    found: list[Outcome] = []
    for outcome in outcomes:
        rows: list[tuple[int, str]] = []
        holds_deliveries = outcome.blocks and (bool(outcome.holds) or outcome.check not in systemic)
        for feeds in (outcome.suspects, ()) if holds_deliveries else ():
            parameters = {
                "build": build,
                "unit": outcome.unit,
                "feeds": list(feeds),
                "held": list(held),
                "released": released.deliveries,
                "reason": f"{REASON}: {outcome.message_zh}",
            }
            rows = rows or connection.execute(query("hold_deliveries"), parameters).fetchall()
        held |= {number for number, _ in rows}
        found += [replace(outcome, delivery_id=number, feed=feed) for number, feed in rows] or [outcome]
    return found


def _systemic(outcomes: Sequence[Outcome], thresholds: Thresholds) -> set[tuple[str, str]]:
    """Checks that fail for so many units that the cause must be the warehouse itself: the night is held instead."""
    checked: dict[tuple[str, str], set[str]] = {}
    failed: dict[tuple[str, str], set[str]] = {}
    for outcome in outcomes:
        checked.setdefault(outcome.check, set()).add(outcome.unit)
        if outcome.blocks:
            failed.setdefault(outcome.check, set()).add(outcome.unit)
    return {check for check, names in failed.items() if len(names) > thresholds.most_failing_units(len(checked[check]))}


def _previously_held(connection: psycopg.Connection, build: int) -> set[int]:
    """What an earlier run of this gate has held, if it saw the same rows: without a rebuild its certificate exists."""
    rows = connection.execute(
        """
        select d.delivery_id from ops.delivery as d
        where d.build = %(build)s and d.held_by = 'gate_2'
            and exists (select from ops.certificate as c where c.build = %(build)s)
        """,
        {"build": build},
    ).fetchall()
    return {number for (number,) in rows}
