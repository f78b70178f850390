"""The measures of gate 1 that are taken of every column of a feed, and of every rule of its contract."""

from __future__ import annotations

from employment_warehouse.gate.limits import NONE, Limits, at_least, at_most, between, within_times
from employment_warehouse.gate.measure import (
    COMPARED_FEEDS,
    Comparison,
    Condition,
    Measure,
    PreviousRows,
    TonightRows,
    both,
    can_break,
    has_mix,
    increase,
    is_a,
    is_quantity,
    is_steady,
    moved_share,
    ratio,
    ratio_to_median,
)

ALL_BUT_EVENTS = is_a("snapshot", "period", "batch")


def _means(
    mean: str, computed: str, applies: Condition, of_last: tuple[Limits, ...], of_peers: tuple[Limits, ...]
) -> tuple[Measure, ...]:
    """The mean of a column, and what is expected of it against the last submission and against other units."""
    return (
        Measure(f"{{column}}.{mean}", TonightRows(computed), applies=applies),
        Measure(
            "{column}.mean_ratio",
            Comparison(f"{{column}}.{mean}", ratio),
            of_last,
            zh="“{header}”均值与上次之比",
            en="{column}: mean against the last submission",
            failed_zh="“{header}”均值本次 {now}，上次 {before}，{only}为上次的 {value}（{normal}）",
            failed_en="{column}: mean {now}, {before} last time, {only}{value} that ({normal})",
            applies=applies,
            measured_in="times",
            may_lack=True,
        ),
        Measure(
            "{column}.peer_ratio",
            Comparison(f"{{column}}.{mean}", ratio_to_median, against="peers"),
            of_peers,
            zh="“{header}”均值与其他单位之比",
            en="{column}: mean against that of other units",
            failed_zh="“{header}”均值 {now}，{only}为其他单位中位数的 {value}（{normal}）",
            failed_en="{column}: mean {now}, {only}{value} the median of other units ({normal})",
            applies=applies,
            measured_in="times",
            may_lack=True,
        ),
    )


COLUMN_MEASURES: tuple[Measure, ...] = (
    # Of every column.
    Measure(
        "{column}.broken",
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
        applies=COMPARED_FEEDS,
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
        applies=both(COMPARED_FEEDS, has_mix),
        measured_in="percent",
        may_lack=True,
    ),
    *_means(
        "mean",
        "avg({column})::float8",
        both(ALL_BUT_EVENTS, is_quantity),
        between("gate_min_mean_ratio", "gate_max_mean_ratio"),
        within_times("gate_max_peer_ratio"),
    ),
    # What happens in a week varies: events are compared by their means alone, within wide limits, and an event that
    # costs nothing, as advice, says nothing of an amount.
    *_means(
        "positive_mean",
        "avg({column}) filter (where {column} > 0)::float8",
        both(is_a("events"), is_quantity),
        within_times("gate_max_event_ratio"),
        within_times("gate_max_event_ratio"),
    ),
    Measure(
        # Two swapped columns agree with nothing. Cells that were empty and are filled in by now do not disagree.
        "{column}.agreement",
        PreviousRows(
            "avg((t.{column} is not distinct from r.{column})::integer)"
            " filter (where t.submission is not null and r.{column} is not null)::float8"
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
        "rule.{rule}.broken",
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
