"""Checks of the counties of a model: they add up to the prefecture, and each has its rows."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from employment_warehouse.gate.checked_model import PREFECTURE, Check, CheckedModel, frame_of_one
from employment_warehouse.gate.expectation import Expectation
from employment_warehouse.gate.suites import Frame, value_of
from employment_warehouse.gate.threshold_lookup import Thresholds


def counties_check(declared: CheckedModel, check: Check) -> tuple[sql.Composable, Expectation]:
    """The column, and the expectation that the prefecture's row is the sum of its counties' rows, for every other
    value of the key."""
    if check.argument is not None or "county_code" not in declared.model.key or not check.column:
        raise check.wrong("no value, and a model whose key has county_code")
    name, title = f"{check.column}.{check.kind}", declared.title(check.column)
    return sql.Identifier(check.column), Expectation(
        name,
        "expect_column_values_to_be_between",
        {"column": name, "min_value": 0, "max_value": 0},
        check.severity,
        zh=f"{declared.short_zh}：“{title}”全州数与各县市之和的差",
        en=f"{declared.model.name}: {check.column} of the prefecture, less its counties added up",
    )


def counties_query(declared: CheckedModel, columns: Sequence[sql.Composable], names: Sequence[str]) -> sql.Composed:
    others = [sql.Identifier(name) for name in declared.model.key if name != "county_code"]
    pairs = [(column, sql.Identifier(name)) for column, name in zip(columns, names, strict=True)]
    return sql.SQL(
        """
        select {prefecture} as unit, {largest}
        from (select {differences} from {relation} {group}) as cells
        """
    ).format(
        prefecture=sql.SQL(PREFECTURE),
        largest=sql.SQL(", ").join(sql.SQL("coalesce(max(abs({0})), 0) as {0}").format(name) for _, name in pairs),
        differences=sql.SQL(", ").join(
            sql.SQL("sum(case when county_code = {} then {} else -{} end) as {}").format(
                sql.SQL(PREFECTURE), column, column, name
            )
            for column, name in pairs
        ),
        relation=declared.relation,
        group=sql.SQL("group by {}").format(sql.SQL(", ").join(others)) if others else sql.SQL(""),
    )


def every_county(declared: CheckedModel, check: Check, thresholds: Thresholds) -> Frame | None:
    """Every county and the prefecture have at least that many rows."""
    fewest = value_of(check.argument, thresholds)
    if fewest is None:
        return None
    if not isinstance(fewest, (int, float)) or isinstance(fewest, bool) or not declared.has("county_code"):
        raise check.wrong("the least number of rows of each county, and a model with county_code")
    query = sql.SQL(
        """
        select d.division_code as unit, count(m.county_code) as rows
        from build.dim_division as d left join {relation} as m on m.county_code = d.division_code
        where d.level = 'prefecture' or (d.level = 'county' and d.parent_code = {prefecture})
        group by d.division_code
        """
    ).format(relation=declared.relation, prefecture=sql.SQL(PREFECTURE))
    return frame_of_one(
        declared,
        check,
        query,
        Expectation(
            check.kind,
            "expect_column_values_to_be_between",
            {"column": "rows", "min_value": fewest},
            check.severity,
            zh=f"{declared.short_zh}中每个县市和全州应有的行数",
            en=f"{declared.model.name}: rows of every county and the prefecture",
            failed_zh=f"{declared.short_zh}缺少数据：{{value}}（{{normal}}）",
            failed_en=f"{declared.model.name} lacks data: {{value}} ({{normal}})",
            measured_in="rows",
        ),
        rows_at_least=1,
    )
