"""What a measure of gate 1 is: what it applies to, how it is computed, and what is expected of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from employment_warehouse.contract import Contract
from employment_warehouse.gate.expectation import MeasuredIn
from employment_warehouse.gate.limits import Limits
from employment_warehouse.gate.subject import Subject, breaks, mix_values
from employment_warehouse.gate.submission import Submission, Values

# --- which subjects a measure applies to --------------------------------------------------------------------

Condition = Callable[[Subject], bool]


def always(_: Subject) -> bool:
    return True


def is_a(*kinds: str) -> Condition:
    """Feeds of these kinds."""
    return lambda subject: subject.contract.kind in kinds


COMPARED_FEEDS = is_a("snapshot", "period")
"""Feeds whose submissions are compared with the one before."""


def both(first: Condition, second: Condition) -> Condition:
    return lambda subject: first(subject) and second(subject)


def has_freshness(subject: Subject) -> bool:
    """Feeds whose rows say when they were last updated."""
    return subject.contract.freshness_column is not None


def has_payment(subject: Subject) -> bool:
    """Feeds of payments: what was owed, and what was paid."""
    return subject.contract.payment is not None


def is_quantity(subject: Subject) -> bool:
    """Numbers that say how much; one of the key, as the number of a line, only says which."""
    column = subject.column
    return column is not None and column.type.is_number and column.name not in subject.contract.key


def has_mix(subject: Subject) -> bool:
    return subject.column is not None and bool(mix_values(subject.column))


def can_break(subject: Subject) -> bool:
    """Columns whose contract says something that a cell could break."""
    return subject.column is not None and bool(breaks(subject.contract, subject.column))


def is_steady(subject: Subject) -> bool:
    """Columns that hardly change for one key from one day to the next; amounts are compared by their means."""
    contract, column = subject.contract, subject.column
    return (
        column is not None
        and column.name not in (*contract.key, contract.unit_column, contract.freshness_column)
        and not column.type.is_number
    )


# --- how a measure is computed ------------------------------------------------------------------------------


@dataclass(frozen=True)
class TonightRows:
    """An aggregate over the submission's landed rows; all of them are computed in one pass a feed."""

    sql: str


@dataclass(frozen=True)
class PreviousRows:
    """An aggregate over the rows `r` of the unit's last accepted snapshot, left joined by key to tonight's rows `t`."""

    sql: str


@dataclass(frozen=True)
class Statement:
    """A statement of its own: (submission, value) from {tonight} and {before}, the landed rows."""

    sql: str


@dataclass(frozen=True)
class Derived:
    """Computed from the submission's ledger row and the measures declared before it."""

    compute: Callable[[Submission, Values], float | None]


@dataclass(frozen=True)
class Comparison:
    """Of a measure (`of`; with {value}: of every value's) with the unit's last accepted submission of enough rows, or
    with other units that have them, for a unit without one.

    by: gets tonight's values and the others. even_if_few: also where tonight has too few rows to be compared, but only
    with the latest of all.
    """

    of: str
    by: Callable[[Sequence[float | None], Sequence[float | None]], float | None]
    against: Literal["last", "peers"] = "last"
    even_if_few: bool = False


def ratio(now: Sequence[float | None], before: Sequence[float | None]) -> float | None:
    return None if now[0] is None or not before[0] else now[0] / before[0]


def increase(now: Sequence[float | None], before: Sequence[float | None]) -> float | None:
    return None if now[0] is None or before[0] is None else now[0] - before[0]


def ratio_to_median(now: Sequence[float | None], others: Sequence[float | None]) -> float | None:
    return ratio(now, [median(value for value in others if value is not None)])


def moved_share(now: Sequence[float | None], before: Sequence[float | None]) -> float | None:
    """How much of a mix has moved: half the sum of the changes of its shares, the rest counted as one value."""
    if None in before:
        return None
    shares, previous = [share or 0.0 for share in now], [share or 0.0 for share in before]
    moved = [abs(a - b) for a, b in zip(shares, previous, strict=True)]
    return (sum(moved) + abs(sum(shares) - sum(previous))) / 2


# --- the measure ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """One number of every submission of the feeds that it applies to, and what is expected of it.

    name: with {column}, {value} or {rule}, a measure of each of these. limits: none for a number that only others use.
    empty: its value for a submission without rows. may_lack: passes where there is nothing to compare with.
    zh, en: what it measures. failed_zh, failed_en: what a failure says instead of "…为 {value}（{normal}）"; they may
    use {value}, {normal}, {only} (below the lower limit), {now} and {before} of a comparison, and any measure by name.
    """

    name: str
    computed: TonightRows | PreviousRows | Statement | Derived | Comparison
    limits: tuple[Limits, ...] = ()
    zh: str = ""
    en: str = ""
    failed_zh: str = ""
    failed_en: str = ""
    applies: Condition = always
    measured_in: MeasuredIn = "number"
    empty: float | None = None
    may_lack: bool = False

    def subjects(self, contract: Contract) -> list[Subject]:
        """All that it measures of a feed."""
        return [subject for subject in _subjects(self.name, contract) if self.applies(subject)]


DeclaredMeasures = Sequence[tuple[Measure, Subject]]


def _subjects(name: str, contract: Contract) -> Iterator[Subject]:
    if "{rule}" in name:
        yield from (Subject(contract, rule=rule) for rule in contract.rules)
    elif "{value}" in name:
        yield from (Subject(contract, column, value) for column in contract.columns for value in mix_values(column))
    elif "{column}" in name:
        yield from (Subject(contract, column) for column in contract.columns)
    else:
        yield Subject(contract)
