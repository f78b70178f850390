"""The measures of gate 1, each declared once: what it applies to, how it is computed, its limits and its texts.

A new measure of a submission as a whole is one entry of MEASURES; one of each column, or of each rule, is an entry of
`delivery_measures_by_column`. `measure` says what an entry may have. `profile` computes the entries for every
submission, `feed_suite` turns their limits into expectations. No measure holds a value of a person: each is a count, a
share or a mean.
"""

from __future__ import annotations

from employment_warehouse.contract import Contract
from employment_warehouse.gate.delivery_measures_by_column import COLUMN_MEASURES
from employment_warehouse.gate.limits import NONE, Limits, Setting, at_least, at_most, between
from employment_warehouse.gate.measure import (
    COMPARED_FEEDS,
    Comparison,
    Derived,
    Measure,
    PreviousRows,
    Statement,
    TonightRows,
    both,
    has_freshness,
    has_payment,
    is_a,
    ratio,
)
from employment_warehouse.gate.subject import Subject

MEASURES: tuple[Measure, ...] = (
    # Of the submission as a whole.
    Measure(
        # Alone the other parts would be taken for all of it. Of events absence means nothing.
        "parts.refused",
        Derived(lambda submission, _: float(submission.parts_refused)),
        NONE,
        zh="{feed_zh}无法读取的分册数",
        en="{feed_en}: parts that could not be read",
        failed_zh="{feed_zh}有 {value} 个分册无法读取，其余各册暂不采用，以免把缺少的内容当作已不在册；"
        "请按原文件名重新报送，或从落地区删除",
        failed_en="{feed_en}: {value} of its parts could not be read; the others wait, as what is in those would count"
        " as gone; send them again under the same names, or remove them from the landing zone",
        applies=COMPARED_FEEDS,
    ),
    Measure("rows.read", Derived(lambda submission, _: float(submission.rows_read))),
    Measure("rows.rejected", Derived(lambda submission, _: float(submission.rows_rejected))),
    Measure(
        "rows.unaccounted",
        Derived(lambda submission, values: abs((values["rows"] or 0) - submission.rows_landed)),
        (Limits(0, 0, may_be_waived=False),),
        zh="{feed_zh}落库行数与台账之差",
        en="{feed_en}: difference between landed rows and the ledger",
        failed_zh="{feed_zh}落库行数与台账相差 {value}（多因未能从存档恢复）：请重新报送；或由操作员恢复存档后放行",
        failed_en="{feed_en}: landing differs from the ledger by {value}, mostly as they could not be restored from the"
        " archive: send the submission again; or the operator restores the archive, then releases it",
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
        TonightRows("(sum({paid}) / nullif(sum({due}), 0))::float8"),
        at_most("gate_max_paid_share"),
        zh="{feed_zh}实发与应发之比",
        en="{feed_en}: paid against due",
        applies=has_payment,
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
        applies=COMPARED_FEEDS,
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
        # The distance of the nearest update: a date that is mistyped a year ahead does not hide a stale register.
        "days_stale",
        TonightRows("min(abs(report_date - {freshness}::date))::float8"),
        at_most("gate_max_days_stale"),
        zh="{feed_zh}最近更新距报表日期天数",
        en="{feed_en}: days between its report date and the nearest update of its rows",
        applies=both(is_a("snapshot"), has_freshness),
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
    *COLUMN_MEASURES,
)


def measures_of(contract: Contract) -> list[tuple[Measure, Subject]]:
    """Every measure of a feed with its subject: those of the feed, then column by column, then of the rules."""
    found = [(measure, subject) for measure in MEASURES for subject in measure.subjects(contract)]
    order = {column.name: number for number, column in enumerate(contract.columns, 1)}
    return sorted(
        found,
        key=lambda pair: len(order) + 1 if pair[1].rule else order[pair[1].column.name] if pair[1].column else 0,
    )
