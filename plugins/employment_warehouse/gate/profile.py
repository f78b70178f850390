"""The profile of a submission: the values of its measures, computed in few passes of SQL a feed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from employment_warehouse.contract import Contract
from employment_warehouse.database.catalog import identifiers
from employment_warehouse.gate.delivery_measures import measures_of
from employment_warehouse.gate.measure import (
    Comparison,
    Derived,
    Measure,
    PreviousRows,
    Statement,
    TonightRows,
)
from employment_warehouse.gate.subject import Subject, landing_name, mix_values
from employment_warehouse.gate.submission import Submission, Values
from employment_warehouse.gate.thresholds import Thresholds

Declared = list[tuple[Measure, Subject]]
# Values by number of the submission; a submission without rows is not among them.
Found = dict[int, dict[str, float | None]]


@dataclass(frozen=True)
class Profile:
    """A submission with the measures of its own (kept for later nights) and those against others (of tonight only)."""

    submission: Submission
    own: Values
    compared: Values = field(default_factory=dict)

    @property
    def all(self) -> dict[str, float | None]:
        """Every value by name; `<measure>.before` is that of the unit's last accepted submission."""
        before = {f"{name}.before": value for name, value in (self.submission.previous or {}).items()}
        return {**before, **self.own, **self.compared}


def profiles(
    connection: psycopg.Connection, contract: Contract, submissions: Sequence[Submission], thresholds: Thresholds
) -> list[Profile]:
    """Measure all submissions of one feed."""
    declared = measures_of(contract)
    computed = _merged(
        _tonight(connection, contract, declared, submissions),
        _statements(connection, contract, declared, submissions),
    )
    owns = [_own(declared, submission, computed.get(n, {})) for n, submission in enumerate(submissions)]
    before = _against_previous_rows(connection, contract, declared, submissions)
    units = _accepted_measures(connection, contract) | {
        submission.unit: own for submission, own in zip(submissions, owns, strict=True)
    }
    rows_compared = thresholds.of("gate_min_rows_compared", contract.feed) or 0
    peers_compared = thresholds.of("gate_min_peers", contract.feed)
    found = []
    for number, (submission, own) in enumerate(zip(submissions, owns, strict=True)):
        compared: dict[str, float | None] = {}
        is_large = _rows(own) >= rows_compared
        if submission.previous is None:
            others = [m for unit, m in units.items() if unit != submission.unit and _rows(m) >= rows_compared]
            if is_large and peers_compared is not None:
                compared |= _against_peers(declared, own, others, peers_compared)
        elif _rows(submission.previous) >= rows_compared:
            compared |= _against_last(declared, own, submission.previous, is_large)
            compared |= before.get(number, {}) if is_large else {}
        found.append(Profile(submission, own, compared))
    return found


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


def _tonight(
    connection: psycopg.Connection, contract: Contract, declared: Declared, submissions: Sequence[Submission]
) -> Found:
    """All aggregates over landed rows, in one pass."""
    measures = {s.name(m.name): s.sql(m.computed.sql) for m, s in declared if isinstance(m.computed, TonightRows)}
    statement = sql.SQL("select r.submission, {} from {} group by r.submission").format(
        sql.SQL(", ").join(measures.values()), _landed(contract, "ids")
    )
    found = connection.execute(statement, _tonight_labels(submissions)).fetchall()
    return {number: dict(zip(measures, values, strict=True)) for number, *values in found}


def _statements(
    connection: psycopg.Connection, contract: Contract, declared: Declared, submissions: Sequence[Submission]
) -> Found:
    """The measures that need a statement of their own."""
    found: Found = {}
    for measure, subject in declared:
        if isinstance(measure.computed, Statement):
            statement = subject.sql(
                measure.computed.sql, tonight=_landed(contract, "ids"), before=_landed(contract, "before")
            )
            for number, value in connection.execute(statement, _both(submissions)).fetchall():
                found.setdefault(number, {})[subject.name(measure.name)] = value
    return found


def _own(declared: Declared, submission: Submission, computed: Values) -> Values:
    """Measures of a submission by itself; without rows counts are 0, shares and means are not there."""
    own: dict[str, float | None] = {
        subject.name(measure.name): measure.empty for measure, subject in declared if measure.empty is not None
    }
    own |= computed
    for measure, subject in declared:
        if isinstance(measure.computed, Derived):
            own[subject.name(measure.name)] = measure.computed.compute(submission, own)
    return own


def _merged(first: Found, second: Found) -> Found:
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


def _both(submissions: Sequence[Submission]) -> dict[str, list[Any]]:
    before = _labels("before", submissions, [submission.previous_ids for submission in submissions])
    return _tonight_labels(submissions) | before


# --- against others -----------------------------------------------------------------------------------------


def _against_previous_rows(
    connection: psycopg.Connection, contract: Contract, declared: Declared, submissions: Sequence[Submission]
) -> Found:
    """Row by row against the unit's last accepted snapshot, joined by what no key lacks: a new term of an allowance, or
    none, makes no other student. Of several rows of tonight any one is compared."""
    measures = {s.name(m.name): s.sql(m.computed.sql) for m, s in declared if isinstance(m.computed, PreviousRows)}
    if not measures or not any(submission.previous_ids for submission in submissions):
        return {}
    always = [column for column in map(contract.column, contract.key) if column.required]
    same = ("submission", *(landing_name(contract, column) for column in always))
    one_each = sql.SQL("distinct on ({})").format(identifiers(same)) if len(always) < len(contract.key) else sql.SQL("")
    statement = sql.SQL(
        "select r.submission, {measures} from {before} left join {tonight} on {same_key} group by r.submission"
    ).format(
        measures=sql.SQL(", ").join(measures.values()),
        before=_landed(contract, "before"),
        tonight=sql.SQL("(select {} r.* from {}) as t").format(one_each, _landed(contract, "ids")),
        same_key=sql.SQL(" and ").join(sql.SQL("t.{0} = r.{0}").format(sql.Identifier(name)) for name in same),
    )
    found = connection.execute(statement, _both(submissions)).fetchall()
    return {number: dict(zip(measures, values, strict=True)) for number, *values in found}


def _against_last(declared: Declared, own: Values, before: Values, is_large: bool) -> Values:
    """Against the unit's last accepted submission; a small one by its volume only."""
    found = {}
    for measure, subject in declared:
        compared = measure.computed
        if isinstance(compared, Comparison) and compared.against == "last" and (is_large or compared.even_if_few):
            names = _names(compared, subject)
            found[subject.name(measure.name)] = compared.by(
                [own.get(name) for name in names], [before.get(name) for name in names]
            )
    return found


def _against_peers(declared: Declared, own: Values, others: Sequence[Values], fewest: float) -> Values:
    """Without a history of its own a unit is compared with the others, where there are enough of them."""
    found = {}
    for measure, subject in declared:
        compared = measure.computed
        if isinstance(compared, Comparison) and compared.against == "peers":
            (name,) = _names(compared, subject)
            values = [value for other in others if (value := other.get(name)) is not None]
            if len(values) >= fewest:
                found[subject.name(measure.name)] = compared.by([own.get(name)], values)
    return found


def _names(compared: Comparison, subject: Subject) -> list[str]:
    """The measures that a comparison compares: one, or one for every value of the column."""
    if "{value}" in compared.of and subject.column:
        return [
            Subject(subject.contract, subject.column, value).name(compared.of) for value in mix_values(subject.column)
        ]
    return [subject.name(compared.of)]


def _accepted_measures(connection: psycopg.Connection, contract: Contract) -> dict[str, Values]:
    """The last accepted measures of every unit of the feed."""
    rows = connection.execute(
        """
        select distinct on (p.unit) p.unit, p.measures
        from ops.delivery_profile as p join ops.delivery as d on d.delivery_id = p.delivery_id
        where p.feed = %s and d.status = 'accepted' and d.build <= ops.chain_head()
        order by p.unit, p.report_date desc, p.delivery_id desc
        """,
        (contract.feed,),
    ).fetchall()
    return dict(rows)


def _rows(values: Mapping[str, float | None]) -> float:
    return values.get("rows") or 0
