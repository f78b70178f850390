"""The profile of a submission: the values of its measures, computed in few passes of SQL a feed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from employment_warehouse.contract import Contract
from employment_warehouse.database.catalog import identifiers
from employment_warehouse.gate.comparing import compare
from employment_warehouse.gate.delivery_measures import measures_of
from employment_warehouse.gate.measure import DeclaredMeasures, Derived, PreviousRows, Statement, TonightRows
from employment_warehouse.gate.submission import Submission, Values
from employment_warehouse.gate.threshold_lookup import Thresholds

# Values by number of the submission; a submission without rows is not among them.
ValuesBySubmission = dict[int, dict[str, float | None]]


@dataclass(frozen=True)
class Profile:
    """A submission with the measures of its own (kept for later nights) and those against others (of tonight only).

    before: the measures of the unit's accepted submission that it was compared with, if any.
    """

    submission: Submission
    own: Values
    before: Values = field(default_factory=dict)
    compared: Values = field(default_factory=dict)

    @property
    def all(self) -> dict[str, float | None]:
        """Every value by name; `<measure>.before` is that of the submission compared with."""
        return {**{f"{name}.before": value for name, value in self.before.items()}, **self.own, **self.compared}


def profiles(
    connection: psycopg.Connection, contract: Contract, submissions: Sequence[Submission], thresholds: Thresholds
) -> list[Profile]:
    """Measure all submissions of one feed."""
    declared = measures_of(contract)
    computed = _merged(
        _aggregates(connection, contract, declared, submissions),
        _statements(connection, contract, declared, submissions),
    )
    owns = [_own_measures(declared, submission, computed.get(n, {})) for n, submission in enumerate(submissions)]
    rows = _against_previous_rows(connection, contract, declared, submissions)
    compared = compare(connection, contract, submissions, owns, thresholds)
    return [
        Profile(submission, own, found.before, {**found.values, **(rows.get(n, {}) if found.is_row_by_row else {})})
        for n, (submission, own, found) in enumerate(zip(submissions, owns, compared, strict=True))
    ]


def keep(connection: psycopg.Connection, kept: Iterable[Profile]) -> None:
    """Store the measures of what was accepted; a rerun of the night replaces them."""
    with connection.cursor() as cursor:
        for profile in kept:
            submission = profile.submission
            cursor.execute("delete from ops.delivery_profile where delivery_id = %s", (max(submission.offered),))
            cursor.execute(
                "insert into ops.delivery_profile values (%s, %s, %s, %s, %s)",
                (
                    max(submission.offered),
                    submission.feed,
                    submission.unit,
                    submission.report_date,
                    Jsonb({name: value for name, value in profile.own.items() if value is not None}),
                ),
            )


# --- of the submission alone --------------------------------------------------------------------------------


def _aggregates(
    connection: psycopg.Connection, contract: Contract, declared: DeclaredMeasures, submissions: Sequence[Submission]
) -> ValuesBySubmission:
    """All aggregates over landed rows, in one pass."""
    measures = {s.name(m.name): s.sql(m.computed.sql) for m, s in declared if isinstance(m.computed, TonightRows)}
    statement = sql.SQL("select r.submission, {} from {} group by r.submission").format(
        sql.SQL(", ").join(measures.values()), _landed(contract, "ids")
    )
    found = connection.execute(statement, _tonight_labels(submissions)).fetchall()
    return {number: dict(zip(measures, values, strict=True)) for number, *values in found}


def _statements(
    connection: psycopg.Connection, contract: Contract, declared: DeclaredMeasures, submissions: Sequence[Submission]
) -> ValuesBySubmission:
    """The measures that need a statement of their own."""
    found: ValuesBySubmission = {}
    for measure, subject in declared:
        if isinstance(measure.computed, Statement):
            statement = subject.sql(
                measure.computed.sql, tonight=_landed(contract, "ids"), before=_landed(contract, "before")
            )
            for number, value in connection.execute(statement, _labels_of_both(submissions)).fetchall():
                found.setdefault(number, {})[subject.name(measure.name)] = value
    return found


def _own_measures(declared: DeclaredMeasures, submission: Submission, computed: Values) -> Values:
    """Measures of a submission by itself; without rows counts are 0, shares and means are not there."""
    own: dict[str, float | None] = {
        subject.name(measure.name): measure.empty for measure, subject in declared if measure.empty is not None
    }
    own |= computed
    for measure, subject in declared:
        if isinstance(measure.computed, Derived):
            own[subject.name(measure.name)] = measure.computed.compute(submission, own)
    return own


def _merged(first: ValuesBySubmission, second: ValuesBySubmission) -> ValuesBySubmission:
    return {number: first.get(number, {}) | second.get(number, {}) for number in first.keys() | second.keys()}


def _landed(contract: Contract, labels: str) -> sql.Composed:
    """The landed rows of the submissions, each with the number and report date of its submission, as `r`."""
    return sql.SQL(
        "(select o.submission, o.report_date, l.* from {} as l"
        " join unnest({}::bigint[], {}::integer[], {}::date[]) as o (delivery_id, submission, report_date)"
        " on o.delivery_id = l.delivery_id where l.delivery_id = any({})) as r"
    ).format(
        sql.Identifier("landing", contract.feed),
        *(sql.Placeholder(f"{labels}{of}") for of in ("", "_submissions", "_dates", "")),
    )


def _labels(name: str, submissions: Sequence[Submission], ids: Sequence[Sequence[int]]) -> dict[str, list[Any]]:
    """Deliveries, and beside each the number and the report date of the submission that they are read for."""
    found = [
        (delivery, number, submission.report_date)
        for number, (submission, deliveries) in enumerate(zip(submissions, ids, strict=True))
        for delivery in deliveries
    ]
    names = (name, f"{name}_submissions", f"{name}_dates")
    return {key: [row[place] for row in found] for place, key in enumerate(names)}


def _tonight_labels(submissions: Sequence[Submission]) -> dict[str, list[Any]]:
    return _labels("ids", submissions, [submission.ids for submission in submissions])


def _labels_of_both(submissions: Sequence[Submission]) -> dict[str, list[Any]]:
    before = _labels("before", submissions, [submission.previous_ids for submission in submissions])
    return _tonight_labels(submissions) | before


# --- against the rows before --------------------------------------------------------------------------------


def _against_previous_rows(
    connection: psycopg.Connection, contract: Contract, declared: DeclaredMeasures, submissions: Sequence[Submission]
) -> ValuesBySubmission:
    """Row by row against the unit's last accepted snapshot, joined by what no key lacks: a new term of an allowance, or
    none, does not make another student. Of several rows of tonight any one is compared."""
    measures = {s.name(m.name): s.sql(m.computed.sql) for m, s in declared if isinstance(m.computed, PreviousRows)}
    if not measures or not any(submission.previous_ids for submission in submissions):
        return {}
    always = [column for column in map(contract.column, contract.key) if column.required]
    same = ("submission", *map(contract.landing_name, always))
    one_each = sql.SQL("distinct on ({})").format(identifiers(same)) if len(always) < len(contract.key) else sql.SQL("")
    statement = sql.SQL(
        "select r.submission, {measures} from {before} left join {tonight} on {same_key} group by r.submission"
    ).format(
        measures=sql.SQL(", ").join(measures.values()),
        before=_landed(contract, "before"),
        tonight=sql.SQL("(select {} r.* from {}) as t").format(one_each, _landed(contract, "ids")),
        same_key=sql.SQL(" and ").join(sql.SQL("t.{0} = r.{0}").format(sql.Identifier(name)) for name in same),
    )
    found = connection.execute(statement, _labels_of_both(submissions)).fetchall()
    return {number: dict(zip(measures, values, strict=True)) for number, *values in found}
