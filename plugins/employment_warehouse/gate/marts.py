"""Gate 2: the rows that would become visible are checked, and a certificate records what was checked and found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from employment_warehouse import database, settings
from employment_warehouse.gate import ledger
from employment_warehouse.gate.expectation import Expectation, Outcome
from employment_warehouse.gate.holding import hold_causes
from employment_warehouse.gate.model_checks import model_suites
from employment_warehouse.gate.suites import Frame, Suite, SuiteError, read_suites
from employment_warehouse.gate.threshold_lookup import thresholds_on
from employment_warehouse.gate.validation import validate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Certificate:
    """Gate 2's record of a build. held: deliveries that it put on hold as the cause of a critical failure.

    outcomes: all that was found, for Data Docs.
    """

    build: int
    checks_expected: int
    checks_run: int
    critical_failed: int
    held: tuple[int, ...]
    outcomes: tuple[Outcome, ...] = field(default=(), compare=False, repr=False)

    @property
    def is_clean(self) -> bool:
        """Every check was run, and none that is critical failed."""
        return self.checks_run == self.checks_expected and self.critical_failed == 0


def gate_marts(build: int) -> Certificate:
    """Check the open rows of every model and write the certificate, all from one snapshot and in one transaction.

    A critical failure that names a unit holds what the unit has sent tonight; `rebuild_needed` is then true, and after
    the rebuild without it this function is called again. Any other critical failure holds the night, and so does a
    check that fails for most of its units. A failure that only released deliveries may have caused is waived, under the
    name of who released them.
    Raises UserError: `not_tonight`, `suite_invalid`, `setting_missing`.
    """
    with database.connect("wh_gate") as connection:
        # Before the snapshot: it waits for writers, and none begins after it.
        report_date = ledger.tonight(connection, build)
        _fetch_row(connection, "select ops.seal_build(%s)", build)
        connection.commit()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        waivers = ledger.waivers(connection, report_date)
        suites = suites_in_force(connection, report_date)
        outcomes = [
            # A waiver lets a finding pass; what could not be run has found nothing, and its certificate is incomplete.
            waivers.applied(outcome) if outcome.was_run else outcome
            for suite in suites
            for frame in suite.frames
            for outcome in check_frame(connection, frame)
        ]
        outcomes = hold_causes(connection, build, outcomes, thresholds_on(connection, report_date))
        ledger.write(connection, build, 2, outcomes)
        return _certify(connection, build, suites, outcomes)


def suites_in_force(connection: psycopg.Connection, on: date) -> list[Suite]:
    """Every suite with the thresholds of a date: those over several models, and one for each model with checks.

    Raises SuiteError (`suite_invalid`), UserError (`setting_missing`).
    """
    project, thresholds = settings.project_root(), thresholds_on(connection, on)
    suites = [*read_suites(project, thresholds), *model_suites(project, thresholds)]
    if len({suite.name for suite in suites}) < len(suites):
        raise SuiteError("检查清单与模型重名 | a suite has the name of a model", where="expectations/warehouse/")
    return suites


def rebuild_needed(build: int) -> bool:
    """Whether gate 2 put deliveries on hold that the marts were built with."""
    with database.connect("wh_gate") as connection:
        row = connection.execute(
            """
            select exists (
                select from ops.delivery as d
                where d.build = %(build)s and d.held_by = 'gate_2'
            ) and not exists (
                select from ops.certificate as c
                where c.build = %(build)s and c.critical_failed = 0 and c.checks_run = c.checks_expected
            )
            """,
            {"build": build},
        ).fetchone()
    return bool(row and row[0])


def void_certificate(build: int) -> None:
    """Withdraw the certificate of the build in progress before it is built again: without it nothing is published,
    and with it no model could be written."""
    with database.connect("wh_gate") as connection:
        _fetch_row(connection, "select ops.void_certificate(%s)", build)


def expect_checks(build: int) -> int:
    """Record, as wh_publisher, which checks gate 2 has to run on a build that begins; how many.

    Raises SuiteError (`suite_invalid`), UserError (`setting_missing`, `not_tonight`).
    """
    with database.connect("wh_publisher") as connection:
        suites = suites_in_force(connection, ledger.tonight(connection, build))
        checks = [
            {"suite": suite.name, "check_name": expectation.name, "severity": expectation.severity}
            for suite in suites
            for frame in suite.frames
            for expectation in (has_rows(frame), *frame.expectations)
        ]
        return int(_fetch_row(connection, "select ops.expect_checks(%s, %s)", build, Jsonb(checks))[0])


def check_frame(connection: psycopg.Connection, frame: Frame) -> list[Outcome]:
    """The outcomes of one frame; the first says whether it has the rows that it must have."""
    prefecture = ledger.prefecture(connection)

    def without_rows(expectation: Expectation, observed: str, *, passes: bool = False) -> Outcome:
        return Outcome(frame.suite, expectation, prefecture, success=passes, observed=observed, was_run=passes)

    try:
        with connection.transaction():
            table = _table(connection, frame.query)
    except psycopg.Error as error:
        reported = database.describe(error)
        return [without_rows(expectation, reported) for expectation in (has_rows(frame), *frame.expectations)]
    enough = len(table) >= frame.rows_at_least
    found = {"rows": len(table)}
    first = Outcome(frame.suite, has_rows(frame), prefecture, enough, str(len(table)), values=found)
    if table.empty:
        # An expectation over no rows proves nothing; where no rows are needed, nothing has to be proved.
        return [
            first,
            *(without_rows(expectation, "0", passes=enough) for expectation in frame.expectations),
        ]
    checked = validate(f"{frame.suite}.{frame.name}", table, frame.expectations)
    return [first, *(replace(outcome, suite=frame.suite, holds=frame.holds) for outcome in checked)]


def has_rows(frame: Frame) -> Expectation:
    """The expectation that a frame has enough rows; people are told which checks would have none."""
    of = frame.expectations
    zh, en = (of[0].zh, of[0].en) if of else (frame.name, frame.name)
    more_zh, more_en = (f"等 {len(of)} 项", f" and {len(of) - 1} more") if len(of) > 1 else ("", "")
    return Expectation(
        f"{frame.name}.has_rows",
        "expect_column_values_to_be_between",
        {"column": "rows", "min_value": frame.rows_at_least},
        "critical",
        zh=f"“{zh}”{more_zh}的检查对象",
        en=f"{en}{more_en}: what is to be checked",
        failed_zh=f"“{zh}”{more_zh}应检查的内容缺失：{{value}}（{{normal}}）",
        failed_en=f"{en}{more_en}: what is to be checked is missing: {{value}} ({{normal}})",
        measured_in="rows",
    )


def _table(connection: psycopg.Connection, query: str) -> pd.DataFrame:
    """A query's rows: `unit` as text, numbers as floats. Raises psycopg.Error."""
    import pandas as pd  # noqa: PLC0415  takes half a second

    cursor = connection.execute(query.encode())
    names = [column.name for column in cursor.description or ()]
    rows = [[_plain(value) for value in row] for row in cursor.fetchall()]
    return pd.DataFrame(rows, columns=names)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _certify(
    connection: psycopg.Connection,
    build: int,
    suites: Sequence[Suite],
    outcomes: Sequence[Outcome],
) -> Certificate:
    expected, run, failed = _fetch_row(
        connection,
        "select checks_expected, checks_run, critical_failed from ops.certify(%s, %s)",
        build,
        Jsonb({suite.name: suite.version for suite in suites}),
    )
    held = tuple(sorted({o.delivery_id for o in outcomes if o.blocks and o.delivery_id is not None}))
    return Certificate(build, expected, run, failed, held, tuple(outcomes))


def _fetch_row(connection: psycopg.Connection, question: str, *values: object) -> tuple[Any, ...]:
    """The one row of a result. Raises DatabaseRefusal."""
    with database.refusals():
        return connection.execute(question, values).fetchone() or ()
