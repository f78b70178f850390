"""Gate 2: the rows that would show are checked, and a certificate says what was looked at and what it said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from employment_warehouse import database, settings
from employment_warehouse.gate import results
from employment_warehouse.gate.expectation import Expectation, Outcome
from employment_warehouse.gate.suites import Frame, Suite, read_suites
from employment_warehouse.gate.thresholds import thresholds
from employment_warehouse.gate.validation import validate

if TYPE_CHECKING:
    import pandas as pd

REASON = "门禁二 gate 2"
PREFECTURE = "532500"


@dataclass(frozen=True)
class Certificate:
    """What gate 2 says of a build. held: deliveries that it put on hold, as the cause of a critical failure."""

    build: int
    checks_expected: int
    checks_run: int
    critical_failed: int
    held: tuple[int, ...]

    @property
    def is_clean(self) -> bool:
        """Everything was looked at, and nothing critical was found."""
        return self.checks_run == self.checks_expected and self.critical_failed == 0


def gate_marts(build: int) -> Certificate:
    """Check the open rows of every model and write the certificate, all from one snapshot and in one transaction.

    Deliveries that a critical failure names are put on hold: `rebuild_needed` is true then; once the night is
    built anew without them this function is called again. Any other critical failure holds the night.
    Raises UserError: `not_tonight`, `suite_invalid`, `setting_missing`.
    """
    with database.connect("wh_gate") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        report_date = results.tonight(connection, build)
        waivers = results.waivers(connection, report_date)
        suites = read_suites(settings.project_root(), thresholds(connection, report_date))
        outcomes = [
            waivers.applied(outcome)
            for suite in suites
            for frame in suite.frames
            for outcome in judge_frame(connection, frame)
        ]
        results.write(connection, build, 2, outcomes)
        held = _hold(connection, build, [outcome for outcome in outcomes if outcome.blocks])
        return _certify(connection, build, suites, outcomes, held)


def rebuild_needed(build: int) -> bool:
    """Whether gate 2 put deliveries on hold, and the marts that it saw were built with them."""
    with database.connect("wh_gate") as connection:
        row = connection.execute(
            """
            select exists (
                select from ops.delivery as d
                where d.build = %(build)s and d.status = 'held' and starts_with(d.reason, %(reason)s)
            ) and exists (
                select from ops.certificate as c
                where c.build = %(build)s and (c.critical_failed > 0 or c.checks_run < c.checks_expected)
            )
            """,
            {"build": build, "reason": REASON},
        ).fetchone()
    return bool(row and row[0])


def judge_frame(connection: psycopg.Connection, frame: Frame) -> list[Outcome]:
    """The outcomes of one frame; the first says whether it has the rows that it must have."""
    try:
        with connection.transaction():
            table = _table(connection, frame.query)
    except psycopg.Error as error:
        said = database.describe(error)
        return [_unjudged(frame, expectation, said) for expectation in (has_rows(frame), *frame.expectations)]
    enough = len(table) >= frame.rows_at_least
    first = Outcome(frame.suite, has_rows(frame), PREFECTURE, success=enough, observed=str(len(table)))
    if table.empty:
        # An expectation over nothing is no proof. Where nothing needs to be there, it is none that is missing either.
        return [
            first,
            *(_unjudged(frame, expectation, "0", fine=enough) for expectation in frame.expectations),
        ]
    judged = validate(f"{frame.suite}.{frame.name}", table, frame.expectations)
    return [first, *(replace(outcome, suite=frame.suite, holds=frame.holds) for outcome in judged)]


def has_rows(frame: Frame) -> Expectation:
    """What every frame is expected to have."""
    return Expectation(
        f"{frame.name}.has_rows",
        "expect_column_values_to_be_between",
        {"column": "rows", "min_value": frame.rows_at_least},
        "critical",
        f"“{frame.name}”应有的行不在",
        f"{frame.name}: rows that must be there are not",
    )


def _unjudged(frame: Frame, expectation: Expectation, observed: str, *, fine: bool = False) -> Outcome:
    return Outcome(frame.suite, expectation, PREFECTURE, success=fine, observed=observed, was_run=fine)


def _table(connection: psycopg.Connection, query: str) -> pd.DataFrame:
    """A query's rows: `unit` as text, numbers as floats. Raises psycopg.Error."""
    import pandas as pd  # noqa: PLC0415  takes half a second

    cursor = connection.execute(query.encode())
    names = [column.name for column in cursor.description or ()]
    rows = [[_plain(value) for value in row] for row in cursor.fetchall()]
    return pd.DataFrame(rows, columns=names)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _hold(connection: psycopg.Connection, build: int, blocking: Sequence[Outcome]) -> tuple[int, ...]:
    """Put on hold what tonight took in of the feeds and units that failed; the numbers of the deliveries."""
    held: list[int] = []
    for outcome in blocking:
        rows = connection.execute(
            """
            update ops.delivery set status = 'held', reason = %s
            where build = %s and unit = %s and feed = any(%s) and status = 'accepted'
            returning delivery_id
            """,
            (f"{REASON}: {outcome.message_zh}", build, outcome.unit, list(outcome.holds)),
        ).fetchall()
        held += [number for (number,) in rows]
    return tuple(sorted(held))


def _certify(
    connection: psycopg.Connection,
    build: int,
    suites: Sequence[Suite],
    outcomes: Sequence[Outcome],
    held: tuple[int, ...],
) -> Certificate:
    run = {(outcome.suite, outcome.expectation.name): True for outcome in outcomes}
    run.update({(outcome.suite, outcome.expectation.name): False for outcome in outcomes if not outcome.was_run})
    certificate = Certificate(
        build,
        checks_expected=sum(frame.checks for suite in suites for frame in suite.frames),
        checks_run=sum(run.values()),
        critical_failed=len({(o.suite, o.expectation.name) for o in outcomes if o.blocks}),
        held=held,
    )
    row_counts: dict[str, int] = dict(connection.execute("select model, rows_open from ops.store_rows()").fetchall())
    connection.execute("delete from ops.certificate where build = %s", (build,))
    connection.execute(
        """
        insert into ops.certificate (
            build, suite_versions, checks_expected, checks_run, critical_failed, row_counts, digest
        )
        values (%s, %s, %s, %s, %s, %s, ops.build_digest(%s))
        """,
        (
            build,
            Jsonb({suite.name: suite.version for suite in suites}),
            certificate.checks_expected,
            certificate.checks_run,
            certificate.critical_failed,
            Jsonb(row_counts),
            build,
        ),
    )
    return certificate
