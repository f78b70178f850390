"""The measures of gate 1, each declared once: what it applies to, how it is computed, its limits and its texts.

A new measure is one entry of MEASURES. `profile` computes the entries for every submission, `feed_suite` turns
their limits into expectations. No measure holds a value of a person: each is a count, a share or a mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any, Literal

from psycopg import sql

from employment_warehouse.contract import Column, Contract, Rule
from employment_warehouse.gate.expectation import MeasuredIn, Severity, fill
from employment_warehouse.gate.submission import Submission, Values

# The column that says when a snapshot's own rows were last updated.
FRESHNESS = "updated_on"
EPOCH = date(1970, 1, 1)


# --- what a measure may be about ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """A feed, or one column, one value of a column or one rule of it; fills the placeholders of a declaration.

    Names: {column} {value} {rule}. SQL: the same as identifiers and literals, {breaks} (a cell breaks its column's
    contract), {amounts}, {content} and {evidence} (columns of the feed). Texts: {feed_zh} {feed_en} {header}
    {column} {rule_zh} {rule_en} {each_month}.
    """

    contract: Contract
    column: Column | None = None
    value: Any = None
    rule: Rule | None = None

    def name(self, template: str) -> str:
        """The name of a measure for this subject."""
        column, rule = self.column, self.rule
        return fill(template, {"column": column and column.name, "value": self.value, "rule": rule and rule.name})

    def text(self, template: str) -> str:
        """A text for people; placeholders of a submission's values are kept."""
        column, rule = self.column, self.rule
        return fill(
            template,
            {
                "feed_zh": self.contract.title_zh,
                "feed_en": self.contract.title_en,
                "each_month": "每月" if self.contract.kind == "period" else "",
                "header": column and column.header,
                "column": column and column.name,
                "rule_zh": rule and rule.message_zh,
                "rule_en": rule and rule.message_en,
            },
        )

    def sql(self, template: str, **more: sql.Composable) -> sql.Composed:
        """The SQL of a measure for this subject."""
        contract = self.contract
        columns = contract.columns
        given: dict[str, sql.Composable] = {
            "amounts": _identifiers(column.name for column in columns if column.type.is_number),
            "content": _identifiers(
                landing_name(contract, column) for column in columns if column.type.name != "month"
            ),
            "evidence": _identifiers(column.name for column in columns if column.type.name == "date"),
        }
        if self.column:
            given["column"] = sql.Identifier(landing_name(contract, self.column))
            given["breaks"] = sql.SQL(" or ").join(_breaks(contract, self.column))
            given["value"] = sql.Literal(self.value)
        if self.rule:
            given["rule"] = sql.SQL(self.rule.expression)
        return sql.SQL(template).format(**given, **more)


def _identifiers(names: Iterator[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def landing_name(contract: Contract, column: Column) -> str:
    """The landing column of a contract column: its token, or itself."""
    return contract.landing_columns_of(column)[0][0]


def _breaks(contract: Contract, column: Column) -> list[sql.Composable]:
    """When a cell breaks its column's contract, in SQL: gate 1 does not rely on the reader's own checks."""
    name = sql.Identifier(landing_name(contract, column))
    conditions: list[sql.Composable] = []
    if column.required:
        conditions.append(sql.SQL("{} is null").format(name))
    if column.required_when:
        conditions.append(sql.SQL("({} and {} is null)").format(sql.SQL(column.required_when), name))
    if column.type.needs_codes:
        codes = sql.Literal(sorted(set(column.codes.values())))
        conditions.append(sql.SQL("{} <> all({})").format(name, codes))
    if column.minimum is not None:
        conditions.append(sql.SQL("{} < {}").format(name, sql.Literal(column.minimum)))
    if column.maximum is not None:
        conditions.append(sql.SQL("{} > {}").format(name, sql.Literal(column.maximum)))
    return conditions


def mix_values(column: Column) -> list[Any]:
    """The values whose shares make up the mix of a column; none for a column without codes."""
    return list(column.type.mix_values(column))


# --- which subjects a measure applies to --------------------------------------------------------------------

Applies = Callable[[Subject], bool]


def always(_: Subject) -> bool:
    return True


def is_a(*kinds: str) -> Applies:
    """Feeds of these kinds."""
    return lambda subject: subject.contract.kind in kinds


def both(first: Applies, second: Applies) -> Applies:
    return lambda subject: first(subject) and second(subject)


def has(*columns: str) -> Applies:
    """Feeds with all of these columns."""
    return lambda subject: {column.name for column in subject.contract.columns}.issuperset(columns)


def is_number(subject: Subject) -> bool:
    return subject.column is not None and subject.column.type.is_number


def has_mix(subject: Subject) -> bool:
    return subject.column is not None and bool(mix_values(subject.column))


def can_break(subject: Subject) -> bool:
    """Columns whose contract says something that a cell could break."""
    return subject.column is not None and bool(_breaks(subject.contract, subject.column))


def is_steady(subject: Subject) -> bool:
    """Columns that hardly change for one key from one day to the next; amounts are compared by their means."""
    contract, column = subject.contract, subject.column
    return (
        column is not None
        and column.name not in (*contract.key, contract.unit_column, FRESHNESS)
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
    """Of a measure (`of`; with {value}: of every value's) with the last accepted submission, or with other units that
    have enough rows, for a unit without history.

    by: gets tonight's values and the others. even_if_few: also where tonight has too few rows to be compared.
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


# --- what is expected of it ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """A limit that is a row of the seed `setting`. inverse: one divided by it."""

    name: str
    inverse: bool = False


Limit = float | Setting | None


@dataclass(frozen=True)
class Limits:
    """One expectation on a measure: it lies between low and high. name: of the check, where it is not the measure's."""

    low: Limit = None
    high: Limit = None
    name: str = ""
    severity: Severity = "critical"


NONE = (Limits(0, 0),)


def at_least(setting: str) -> tuple[Limits, ...]:
    return (Limits(low=Setting(setting)),)


def at_most(setting: str) -> tuple[Limits, ...]:
    return (Limits(high=Setting(setting)),)


def between(lowest: str, highest: str) -> tuple[Limits, ...]:
    return (Limits(Setting(lowest), Setting(highest)),)


def within_times(setting: str) -> tuple[Limits, ...]:
    """At most so many times as much, and at least that part of it."""
    return (Limits(Setting(setting, inverse=True), Setting(setting)),)


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
    applies: Applies = always
    measured_in: MeasuredIn = "number"
    empty: float | None = None
    may_lack: bool = False

    def subjects(self, contract: Contract) -> list[Subject]:
        """All that it measures of a feed."""
        return [subject for subject in _subjects(self.name, contract) if self.applies(subject)]

    @property
    def is_own(self) -> bool:
        """Whether it is of the submission alone, and therefore kept for later comparisons."""
        return not isinstance(self.computed, (PreviousRows, Comparison))


def _subjects(name: str, contract: Contract) -> Iterator[Subject]:
    if "{rule}" in name:
        yield from (Subject(contract, rule=rule) for rule in contract.rules)
    elif "{value}" in name:
        yield from (Subject(contract, column, value) for column in contract.columns for value in mix_values(column))
    elif "{column}" in name:
        yield from (Subject(contract, column) for column in contract.columns)
    else:
        yield Subject(contract)


# --- the measures -------------------------------------------------------------------------------------------

COMPARED = is_a("snapshot", "period")
BROKEN = ".broken"  # measures that count rows which break the contract end so

MEASURES: tuple[Measure, ...] = (
    # Of the submission as a whole.
    Measure("rows.read", Derived(lambda submission, _: float(submission.rows_read))),
    Measure("rows.rejected", Derived(lambda submission, _: float(submission.rows_rejected))),
    Measure(
        "rows.unaccounted",
        Derived(lambda submission, values: abs((values["rows"] or 0) - submission.rows_landed)),
        NONE,
        zh="{feed_zh}落库行数与台账之差",
        en="{feed_en}: landed rows that the ledger does not account for",
        measured_in="rows",
    ),
    Measure(
        "rows.rejected_all",
        Derived(lambda submission, _: float(submission.rows_read > 0 and submission.rows_landed == 0)),
        NONE,
        zh="{feed_zh}全部行被退回",
        en="{feed_en}: every row was rejected",
        failed_zh="{feed_zh}全部 {rows.read} 行均被退回",
        failed_en="{feed_en}: every row was rejected ({rows.read})",
    ),
    Measure(
        "rows",
        TonightRows("count(*)::float8"),
        at_least("gate_min_rows"),
        zh="{feed_zh}行数",
        en="{feed_en}: rows",
        failed_zh="{feed_zh}本次 {rows} 行（{normal}）",
        failed_en="{feed_en}: {rows} rows ({normal})",
        measured_in="rows",
        empty=0,
    ),
    Measure(
        "rejected.share",
        Derived(lambda submission, _: submission.rows_rejected / submission.rows_read if submission.rows_read else 0.0),
        (
            *at_most("gate_max_rejected_share"),
            Limits(high=Setting("gate_noticed_rejected_share"), name="rejected.noticed_share", severity="warning"),
        ),
        zh="{feed_zh}退回行占比",
        en="{feed_en}: share of rejected rows",
        failed_zh="{feed_zh} {rows.read} 行中有 {rows.rejected} 行被退回，占 {value}（{normal}）",
        failed_en="{feed_en}: {rows.rejected} of {rows.read} rows were rejected, {value} ({normal})",
        measured_in="percent",
    ),
    Measure(
        "paid.share",
        TonightRows("(sum(amount_paid) / nullif(sum(amount_due), 0))::float8"),
        at_most("gate_max_paid_share"),
        zh="{feed_zh}实发与应发之比",
        en="{feed_en}: paid against due",
        applies=has("amount_due", "amount_paid"),
        measured_in="percent",
        may_lack=True,
    ),
    # By kind of feed.
    Measure("periods", TonightRows("count(distinct period)::float8"), applies=is_a("period")),
    Measure(
        "volume",
        Derived(lambda _, values: (values["rows"] or 0) / max(values.get("periods") or 1, 1)),
    ),
    Measure(
        "volume.ratio",
        Comparison("volume", ratio, even_if_few=True),
        between("gate_min_volume_ratio", "gate_max_volume_ratio"),
        zh="{feed_zh}行数与上次之比",
        en="{feed_en}: rows against the last submission",
        failed_zh="{feed_zh}{each_month}本次 {now} 行，上次 {before} 行，{only}为上次的 {value}（{normal}）",
        failed_en="{feed_en}: {now} rows, {before} last time, {only}{value} of that ({normal})",
        applies=COMPARED,
        measured_in="percent",
        may_lack=True,
    ),
    Measure(
        "overlap",
        PreviousRows("count(t.submission)::float8 / count(*)"),
        at_least("gate_min_overlap"),
        zh="{feed_zh}上次条目仍在的占比",
        en="{feed_en}: share of the last submission's entries that are still there",
        applies=is_a("snapshot"),
        measured_in="percent",
        may_lack=True,
    ),
    Measure(
        f"{FRESHNESS}.latest",
        TonightRows(f"(max({FRESHNESS}) - date '1970-01-01')::float8"),
        applies=has(FRESHNESS),
    ),
    Measure(
        "days_stale",
        Derived(lambda submission, values: _days_since(values.get(f"{FRESHNESS}.latest"), submission.report_date)),
        at_most("gate_max_days_stale"),
        zh="{feed_zh}最近更新距报告日天数",
        en="{feed_en}: days from its own latest update to its report date",
        applies=both(is_a("snapshot"), has(FRESHNESS)),
        measured_in="days",
        may_lack=True,
    ),
    Measure(
        # The same person with the same amounts, under another key of the same month.
        "twin.share",
        Statement(
            """
            select submission, (1 - count(*) / sum(times))::float8
            from (
                select submission, count(*) as times from {tonight} group by submission, person_key, period, {amounts}
            ) as twins
            group by submission
            """
        ),
        at_most("gate_max_twin_share"),
        zh="{feed_zh}同人同月同额重复行占比",
        en="{feed_en}: share of lines that occur twice in a month",
        applies=is_a("period"),
        measured_in="percent",
        empty=0,
    ),
    Measure(
        # The same content, with the same dates and batch, under another month.
        "repeated.share",
        Statement(
            """
            with
            tonight as materialized (select r.* from {tonight}),
            every_month as (
                select submission, period, false as is_before, {content}
                from tonight where num_nonnulls({evidence}) > 0
                union all
                select submission, period, true, {content} from {before} where num_nonnulls({evidence}) > 0
            ),
            contents as (
                select
                    submission,
                    count(*) filter (where not is_before) as times,
                    count(distinct period) > 1 as is_repeated
                from every_month group by submission, {content}
            ),
            repeated as (
                select submission, sum(times) filter (where is_repeated) as times from contents group by submission
            )
            select t.submission, (coalesce(max(r.times), 0) / count(*))::float8
            from tonight as t left join repeated as r on r.submission = t.submission
            group by t.submission
            """
        ),
        at_most("gate_max_repeated_share"),
        zh="{feed_zh}与其他月份完全相同的行占比",
        en="{feed_en}: share of lines that also occur under another month",
        applies=is_a("period"),
        measured_in="percent",
        empty=0,
    ),
    # Of every column.
    Measure(
        f"{{column}}{BROKEN}",
        TonightRows("count(*) filter (where {breaks})::float8"),
        NONE,
        zh="“{header}”不合约定的行数",
        en="{column}: rows that break the contract",
        failed_zh="“{header}”有 {value}不合约定",
        failed_en="{column}: {value} break the contract",
        applies=can_break,
        measured_in="rows",
        empty=0,
    ),
    Measure("{column}.null_share", TonightRows("(1 - count({column})::float8 / count(*))")),
    Measure(
        "{column}.null_rise",
        Comparison("{column}.null_share", increase),
        at_most("gate_max_null_rise"),
        zh="“{header}”空值占比增加",
        en="{column}: increase of the share of blanks",
        failed_zh="“{header}”空值占比比上次增加 {value}（{normal}）",
        failed_en="{column}: the share of blanks rose by {value} ({normal})",
        applies=COMPARED,
        measured_in="points",
        may_lack=True,
    ),
    Measure(
        "{column}={value}",
        TonightRows("(count(*) filter (where {column} = {value})::float8 / count(*))"),
    ),
    Measure(
        "{column}.shift",
        Comparison("{column}={value}", moved_share),
        at_most("gate_max_mix_shift"),
        zh="“{header}”结构变动",
        en="{column}: share of the mix that moved",
        applies=both(COMPARED, has_mix),
        measured_in="percent",
        may_lack=True,
    ),
    Measure("{column}.mean", TonightRows("avg({column})::float8"), applies=is_number),
    Measure(
        "{column}.mean_ratio",
        Comparison("{column}.mean", ratio),
        between("gate_min_mean_ratio", "gate_max_mean_ratio"),
        zh="“{header}”均值与上次之比",
        en="{column}: mean against the last submission",
        failed_zh="“{header}”均值本次 {now}，上次 {before}，{only}为上次的 {value}（{normal}）",
        failed_en="{column}: mean {now}, {before} last time, {only}{value} that ({normal})",
        applies=both(COMPARED, is_number),
        measured_in="times",
        may_lack=True,
    ),
    Measure(
        "{column}.peer_ratio",
        Comparison("{column}.mean", ratio_to_median, against="peers"),
        within_times("gate_max_peer_ratio"),
        zh="“{header}”均值与其他单位之比",
        en="{column}: mean against that of other units",
        failed_zh="“{header}”均值 {now}，{only}为其他单位中位数的 {value}（{normal}）",
        failed_en="{column}: mean {now}, {only}{value} the median of other units ({normal})",
        applies=is_number,
        measured_in="times",
        may_lack=True,
    ),
    Measure(
        # Two swapped columns agree with nothing.
        "{column}.agreement",
        PreviousRows(
            "avg((t.{column} is not distinct from r.{column})::integer) filter (where t.submission is not null)::float8"
        ),
        at_least("gate_min_agreement"),
        zh="“{header}”与上次一致的占比",
        en="{column}: share of unchanged values",
        applies=both(is_a("snapshot"), is_steady),
        measured_in="percent",
        may_lack=True,
    ),
    # Of every rule.
    Measure(
        f"rule.{{rule}}{BROKEN}",
        TonightRows("count(*) filter (where not ({rule}))::float8"),
        NONE,
        zh="违反规则的行数（{rule_zh}）",
        en="rows that break a rule: {rule_en}",
        failed_zh="{value}违反规则：{rule_zh}",
        failed_en="{value} break a rule: {rule_en}",
        measured_in="rows",
        empty=0,
    ),
)


def _days_since(latest: float | None, report_date: date) -> float | None:
    """latest: days since 1970-01-01."""
    return None if latest is None else (report_date - EPOCH).days - latest


def measures_of(contract: Contract) -> list[tuple[Measure, Subject]]:
    """Every measure of a feed with its subject: those of the feed, then column by column, then of the rules."""
    found = [(measure, subject) for measure in MEASURES for subject in measure.subjects(contract)]
    order = {column.name: number for number, column in enumerate(contract.columns, 1)}
    return sorted(
        found,
        key=lambda pair: len(order) + 1 if pair[1].rule else order[pair[1].column.name] if pair[1].column else 0,
    )
