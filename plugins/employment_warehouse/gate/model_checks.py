"""The checks that a model declares in its own YAML: `meta.checks` of the model and of its columns.

A kind of check is one entry of ROW_CHECKS, or a function of this module where a condition on one row is not enough.
What compares several models, or landing with core, is a suite of expectations/warehouse/ instead.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from psycopg import sql

from employment_warehouse.database.model_declarations import Model, read_models
from employment_warehouse.gate.expectation import Expectation, Severity, fill, number
from employment_warehouse.gate.suites import Entry, Frame, Suite, SuiteError, holds_of, severity_of, value_of
from employment_warehouse.gate.thresholds import Thresholds

# A row names its unit in the first of these that is in the key, else in its column county_code.
UNIT_COLUMNS = ("unit", "county_code", "project_no", "batch_no")
PREFECTURE = "(select ops.prefecture())"


@dataclass(frozen=True)
class RowCheck:
    """A kind of check of one column, row by row. broken: SQL that is true of a row which breaks it.

    Placeholders: {column}, {argument} in SQL; {column}, {argument} in texts, where {column} is the column's zh.
    takes: the type of the argument in YAML; None: it has none.
    """

    broken: str
    zh: str
    en: str
    takes: type | None = None


ROW_CHECKS: Mapping[str, RowCheck] = MappingProxyType(
    {
        "not_negative": RowCheck("{column} < 0", "“{column}”为负", "negative {column}"),
        "share": RowCheck("{column} not between 0 and 1", "“{column}”不在 0 与 1 之间", "{column} outside 0 to 1"),
        "filled": RowCheck("{column} is null", "“{column}”为空", "{column} without a value"),
        "one_of": RowCheck(
            "{column} <> all({argument})", "“{column}”为未知代码", "{column} with an unknown code", takes=list
        ),
        "at_most": RowCheck(
            "{column} > {argument}", "“{column}”超过“{argument}”", "{column} greater than {argument}", takes=str
        ),
        "not_before": RowCheck(
            "{column} < {argument}", "“{column}”早于“{argument}”", "{column} before {argument}", takes=str
        ),
    }
)


@dataclass(frozen=True)
class Declared:
    """A model with its checks as they are in the YAML."""

    model: Model
    zh: str
    columns_zh: Mapping[str, str]
    checks: tuple[tuple[str | None, Any], ...]  # column, or None for the model; the entry of the list
    where: str

    @property
    def unit(self) -> sql.Composable:
        """SQL of a row's unit."""
        names = [*(name for name in UNIT_COLUMNS if name in self.model.key), "county_code"]
        return sql.Identifier(names[0]) if self.has(names[0]) else sql.SQL(PREFECTURE)

    @property
    def relation(self) -> sql.Identifier:
        return sql.Identifier("build", self.model.name)

    def has(self, column: str) -> bool:
        return any(declared.name == column for declared in self.model.columns)

    def title(self, column: str) -> str:
        """A column's Chinese name, without remarks in brackets."""
        return _bare(self.columns_zh.get(column, column))

    @property
    def short_zh(self) -> str:
        """The model's Chinese name, without remarks."""
        return _bare(self.zh)


def model_suites(project: Path, limits: Thresholds) -> list[Suite]:
    """One suite for each model that declares checks, thresholds filled in; its version is the SHA-256 of its YAML.

    Raises SuiteError for an unknown kind of check, an unknown or missing option, a column or threshold that does not
    exist, a name given twice, or checks of a model that has no versions.
    """
    models = {model.name: model for model in read_models(project / "dbt_project") if model.is_versioned}
    suites = []
    for path in sorted((project / "dbt_project" / "models").rglob("*.yml")):
        content = path.read_bytes()
        for entry in (yaml.load(content, Loader=yaml.CSafeLoader) or {}).get("models", []):
            checks = _declared_checks(entry)
            if checks:
                where = f"{path.name}: {entry['name']}"
                if entry["name"] not in models:
                    raise SuiteError("只有版本化的模型可以声明检查 | only a versioned model has checks", where=where)
                meta = entry["config"].get("meta", {})
                columns_zh = {c["name"]: _meta(c).get("zh", "") for c in entry.get("columns", [])}
                declared = Declared(models[entry["name"]], meta.get("zh", ""), columns_zh, checks, where)
                suites.append(
                    Suite(entry["name"], hashlib.sha256(content).hexdigest(), tuple(_frames(declared, limits)))
                )
    return suites


def _bare(text: str) -> str:
    """A Chinese name without the remarks behind it."""
    return re.split("[（：；，＝=]", text)[0].strip()


def _declared_checks(entry: Mapping[str, Any]) -> tuple[tuple[str | None, Any], ...]:
    found: list[tuple[str | None, Any]] = [(None, check) for check in _meta(entry).get("checks", [])]
    for column in entry.get("columns", []):
        found += [(column["name"], check) for check in _meta(column).get("checks", [])]
    return tuple(found)


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    meta: Mapping[str, Any] = entry.get("config", {}).get("meta", {})
    return meta


def _frames(declared: Declared, limits: Thresholds) -> Iterator[Frame]:
    """The frames of a model. Checks of one kind that hold the same feeds share one: a night runs few queries."""
    shared: dict[tuple[str, tuple[str, ...]], list[tuple[sql.Composable, Expectation]]] = {}
    frames = []
    for column, given in declared.checks:
        check = _Check.read(declared, column, given)
        if check.kind in FRAME_CHECKS:
            frames.append(FRAME_CHECKS[check.kind](declared, check, limits))
        else:
            kind = "counties" if check.kind == "counties_add_up" else "rows"
            shared.setdefault((kind, check.holds), []).append(SHARED[kind][0](declared, check))
        check.entry.done()
    used: set[str] = set()
    for (kind, holds), checks in shared.items():
        name = kind if kind not in used else "_".join((kind, *holds))
        used.add(kind)
        query = SHARED[kind][1](declared, [measured for measured, _ in checks], [e.name for _, e in checks])
        expectations = tuple(expectation for _, expectation in checks)
        frames.append(Frame(declared.model.name, name, query.as_string(None), expectations, 0, holds))
    found = [frame for frame in frames if frame]
    names = [expectation.name for frame in found for expectation in frame.expectations]
    if len(set(names)) < len(names):
        raise SuiteError("检查重名 | a check is declared twice", where=declared.where, expected="one name each")
    yield from found


@dataclass(frozen=True)
class _Check:
    """One entry of a list of checks: `not_negative`, or `{at_most: wages_due, severity: warning}`."""

    kind: str
    column: str | None
    argument: Any
    entry: Entry
    severity: Severity
    holds: tuple[str, ...]

    @classmethod
    def read(cls, declared: Declared, column: str | None, given: Any) -> _Check:
        where = declared.where + (f".{column}" if column else "")
        content = {given: None} if isinstance(given, str) else given
        entry = Entry(content, where)
        kinds = COLUMN_KINDS if column else MODEL_KINDS
        kind = next((key for key in entry.left if key in kinds), None)
        if kind is None:
            raise SuiteError(
                f"未知的检查 | unknown check: {', '.join(map(str, entry.left))}",
                where=where,
                expected=" · ".join(kinds),
            )
        argument = entry.left.pop(kind)
        return cls(kind, column, argument, entry, severity_of(entry, "critical"), holds_of(entry))

    @property
    def where(self) -> str:
        return f"{self.entry.where}: {self.kind}"

    def wrong(self, expected: str) -> SuiteError:
        return SuiteError(f"{self.kind} 的取值有误 | invalid value of {self.kind}", where=self.where, expected=expected)


# --- row by row ---------------------------------------------------------------------------------------------


def _row_check(declared: Declared, check: _Check) -> tuple[sql.Composable, Expectation]:
    """SQL that is true of a row which breaks the check, and the expectation that a unit has no such row."""
    if check.kind == "condition":
        options = Entry(check.argument, check.where)
        name, condition = options.take("name", str), options.take("sql", str)
        zh, en = options.take("zh", str), options.take("en", str)
        options.done()
        broken: sql.Composable = sql.SQL("not ({})").format(sql.SQL(condition))
    else:
        assert check.column
        kind, name = ROW_CHECKS[check.kind], f"{check.column}.{check.kind}"
        if not isinstance(check.argument, kind.takes or type(None)):
            raise check.wrong(f"a {kind.takes.__name__}" if kind.takes else "no value")
        argument: Any = check.argument
        title = argument
        if kind.takes is str:
            if not declared.has(argument):
                raise check.wrong(f"a column of {declared.model.name}")
            title, name = declared.title(argument), f"{name}.{argument}"
        broken = sql.SQL(kind.broken).format(
            column=sql.Identifier(check.column),
            argument=sql.Identifier(argument) if kind.takes is str else sql.Literal(argument),
        )
        zh = fill(kind.zh, {"column": declared.title(check.column), "argument": title})
        en = fill(kind.en, {"column": check.column, "argument": check.argument})
    return broken, Expectation(
        name,
        "expect_column_values_to_be_between",
        {"column": name, "max_value": 0},
        check.severity,
        zh=f"{declared.short_zh}：{zh}的行数",
        en=f"{declared.model.name}: rows with {en}",
        failed_zh=f"{declared.short_zh}：有 {{value}}{zh}",
        failed_en=f"{declared.model.name}: {{value}} with {en}",
        measured_in="rows",
    )


def _rows_query(declared: Declared, broken: Sequence[sql.Composable], names: Sequence[str]) -> sql.Composed:
    has_feed = "feed" in declared.model.key
    return sql.SQL("select {unit} as unit, {feed}{counts} from {relation} group by {group}").format(
        unit=declared.unit,
        feed=sql.SQL("feed, " if has_feed else ""),
        group=sql.SQL("1, 2" if has_feed else "1"),
        counts=sql.SQL(", ").join(
            sql.SQL("count(*) filter (where {}) as {}").format(condition, sql.Identifier(name))
            for condition, name in zip(broken, names, strict=True)
        ),
        relation=declared.relation,
    )


# --- counties and the prefecture ----------------------------------------------------------------------------


def _counties_check(declared: Declared, check: _Check) -> tuple[sql.Composable, Expectation]:
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


def _counties_query(declared: Declared, columns: Sequence[sql.Composable], names: Sequence[str]) -> sql.Composed:
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


# --- with a frame of their own ------------------------------------------------------------------------------


def _change(declared: Declared, check: _Check, limits: Thresholds) -> Frame | None:
    """A value against the last publication, for rows that both have: it falls (rises) by no more than that share."""
    assert check.column
    if not any(name in declared.model.key for name in UNIT_COLUMNS):
        raise check.wrong("a model whose key names the unit")
    options = Entry(check.argument, check.where)
    name, zh, en = options.take("name", str), options.take("zh", str), options.take("en", str)
    condition = options.take("where", str, "true")
    compared = value_of(options.take("value_at_least", (dict, int, float)), limits)
    falls = "fall_at_most" in options.left
    limit = value_of(options.take("fall_at_most" if falls else "rise_at_most", (dict, int, float)), limits)
    options.done()
    if limit is None or compared is None:
        return None
    key = sql.SQL(", ").join(map(sql.Identifier, declared.model.key))
    query = sql.SQL(
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
        column=sql.Identifier(check.column),
        relation=declared.relation,
        store=sql.Identifier("store", declared.model.name),
        condition=sql.SQL(condition),
    )
    direction_zh, direction_en = ("减少", "fell") if falls else ("增加", "rose")
    percent = number(100 * limit, 1)
    return _one(
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


def _every_county(declared: Declared, check: _Check, limits: Thresholds) -> Frame | None:
    """Every county and the prefecture have at least so many rows."""
    fewest = value_of(check.argument, limits)
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
    return _one(
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


def _one(
    declared: Declared, check: _Check, query: sql.Composed, expectation: Expectation, rows_at_least: int = 0
) -> Frame:
    return Frame(
        declared.model.name, expectation.name, query.as_string(None), (expectation,), rows_at_least, check.holds
    )


# What shares a frame: how one check is read, and the query of all.
SHARED = MappingProxyType({"rows": (_row_check, _rows_query), "counties": (_counties_check, _counties_query)})
FRAME_CHECKS: Mapping[str, Callable[[Declared, _Check, Thresholds], Frame | None]] = MappingProxyType(
    {"change": _change, "every_county": _every_county}
)
COLUMN_KINDS = (*ROW_CHECKS, "counties_add_up", "change")
MODEL_KINDS = ("condition", "every_county")
