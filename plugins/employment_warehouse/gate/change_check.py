"""The check of a column against the last publication."""

from __future__ import annotations

from psycopg import sql

from employment_warehouse.gate.checked_model import UNIT_KEYS, Check, CheckedModel, frame_of_one
from employment_warehouse.gate.expectation import Expectation, number
from employment_warehouse.gate.suites import Entry, Frame, value_of
from employment_warehouse.gate.threshold_lookup import Thresholds


def change(declared: CheckedModel, check: Check, thresholds: Thresholds) -> Frame | None:
    """A value against the last publication, for rows that both have: it falls (rises) by no more than that share."""
    assert check.column
    if not any(name in declared.model.key for name in UNIT_KEYS):
        raise check.wrong("a model whose key names the unit")
    options = Entry(check.argument, check.where)
    name, zh, en = options.take("name", str), options.take("zh", str), options.take("en", str)
    condition = options.take("where", str, "true")
    compared = value_of(options.take("value_at_least", (dict, int, float)), thresholds)
    falls = "fall_at_most" in options.left
    limit = value_of(options.take("fall_at_most" if falls else "rise_at_most", (dict, int, float)), thresholds)
    options.done()
    if limit is None or compared is None:
        return None
    query = _beside_last_publication(declared, check.column, condition, compared)
    direction_zh, direction_en = ("减少", "fell") if falls else ("增加", "rose")
    percent = number(100 * limit, 1)
    return frame_of_one(
        declared,
        check,
        query,
        Expectation(
            f"{check.column}.{name}",
            "expect_column_values_to_be_between",
            {"column": "change", **({"min_value": -limit} if falls else {"max_value": limit})},
            check.severity,
            zh=f"{zh}与上次发布相比的变动",
            en=f"change of {en} since the last publication",
            failed_zh=f"{zh}比上次{direction_zh} {{moved}}%（{{before}}→{{now}}），超过 {percent}%",
            failed_en=f"{en} {direction_en} by {{moved}}% ({{before}} to {{now}}), by more than {percent}%",
            measured_in="percent",
            may_lack=True,
        ),
    )


def _beside_last_publication(declared: CheckedModel, column: str, condition: str, compared: float) -> sql.Composed:
    """Each row's value, the one last published, and where that was `compared` at least, the change between them."""
    key = sql.SQL(", ").join(map(sql.Identifier, declared.model.key))
    return sql.SQL(
        """
        select
            {unit} as unit, t.value as now, p.value as before,
            case when p.value >= {compared} then (t.value - p.value)::float8 / p.value end as change,
            case when p.value > 0 then round(100 * abs(t.value - p.value)::numeric / p.value) end as moved
        from (select {key}, {column} as value from {relation} where {condition}) as t
        left join (
            select {key}, {column} as value from {store}
            where from_build <= (select ops.chain_head())
                and (to_build is null or to_build > (select ops.chain_head()))
        ) as p using ({key})
        """
    ).format(
        unit=declared.unit,
        compared=sql.Literal(compared),
        key=key,
        column=sql.Identifier(column),
        relation=declared.relation,
        store=sql.Identifier("store", declared.model.name),
        condition=sql.SQL(condition),
    )
