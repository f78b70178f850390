"""The measures of a submission, compared with those of its unit's accepted submissions or of other units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import psycopg

from employment_warehouse.contract import Contract
from employment_warehouse.gate.delivery_measures import measures_of
from employment_warehouse.gate.measure import Comparison, DeclaredMeasures
from employment_warehouse.gate.queries import query
from employment_warehouse.gate.subject import Subject, mix_values
from employment_warehouse.gate.submission import Submission, Values
from employment_warehouse.gate.threshold_lookup import Thresholds


@dataclass(frozen=True)
class Neighbours:
    """What one submission measures against others.

    before: the measures of the unit's accepted submission that it was compared with, if any. is_row_by_row: whether it
    may also be compared with the rows of the unit's last accepted submission.
    """

    before: Values = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    is_row_by_row: bool = False


def compare(
    connection: psycopg.Connection,
    contract: Contract,
    submissions: Sequence[Submission],
    owns: Sequence[Values],
    thresholds: Thresholds,
) -> list[Neighbours]:
    """Compare each submission of a feed with the unit's last accepted one; where that has too few rows, as a nil
    return, with the last that has enough; where there is none, with other units.

    owns: the measures of each submission alone.
    """
    declared = measures_of(contract)
    fewest_rows = thresholds.of("gate_min_rows_compared", contract.feed) or 0
    fewest_peers = thresholds.of("gate_min_peers", contract.feed)
    units = _large_of_units(connection, contract, fewest_rows) | {
        submission.unit: own for submission, own in zip(submissions, owns, strict=True) if _rows(own) >= fewest_rows
    }
    older = _older_large(connection, contract, submissions, fewest_rows)
    found = []
    for number, (submission, own) in enumerate(zip(submissions, owns, strict=True)):
        is_large, previous = _rows(own) >= fewest_rows, submission.previous
        if previous is not None and _rows(previous) >= fewest_rows:
            found.append(Neighbours(previous, _against(declared, own, previous, is_large, is_latest=True), is_large))
        elif is_large and number in older:
            found.append(Neighbours(older[number], _against(declared, own, older[number], is_large, is_latest=False)))
        elif is_large and fewest_peers is not None:
            others = [measures for unit, measures in units.items() if unit != submission.unit]
            found.append(Neighbours(values=_against_peers(declared, own, others, fewest_peers)))
        else:
            found.append(Neighbours())
    return found


def _against(declared: DeclaredMeasures, own: Values, before: Values, is_large: bool, *, is_latest: bool) -> Values:
    """Against an accepted submission of the unit: the latest of all by volume, also of a small submission; a large one
    by the rest."""
    found = {}
    for measure, subject in declared:
        compared = measure.computed
        if not isinstance(compared, Comparison) or compared.against != "last":
            continue
        if is_latest if compared.even_if_few else is_large:
            names = _names(compared, subject)
            found[subject.name(measure.name)] = compared.by(
                [own.get(name) for name in names], [before.get(name) for name in names]
            )
    return found


def _against_peers(declared: DeclaredMeasures, own: Values, others: Sequence[Values], fewest: float) -> Values:
    """Against the other units, where there are enough of them."""
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


def _large_of_units(connection: psycopg.Connection, contract: Contract, fewest_rows: float) -> dict[str, Values]:
    """The last accepted measures of every unit of the feed, over enough rows to be compared with."""
    return dict(connection.execute(query("large_profiles"), {"feed": contract.feed, "fewest": fewest_rows}).fetchall())


def _older_large(
    connection: psycopg.Connection, contract: Contract, submissions: Sequence[Submission], fewest_rows: float
) -> dict[int, Values]:
    """Where the unit's last accepted submission has too few rows: the last one that had enough, if any."""
    small = [
        (number, submission)
        for number, submission in enumerate(submissions)
        if submission.previous is not None and _rows(submission.previous) < fewest_rows
    ]
    parameters = {
        "feed": contract.feed,
        "fewest": fewest_rows,
        "submissions": [number for number, _ in small],
        "units": [submission.unit for _, submission in small],
        "dates": [submission.report_date for _, submission in small],
    }
    return dict(connection.execute(query("older_large_profiles"), parameters).fetchall()) if small else {}


def _rows(values: Mapping[str, float | None]) -> float:
    return values.get("rows") or 0
