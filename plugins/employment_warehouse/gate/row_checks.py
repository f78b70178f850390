"""Checks of a column row by row: a kind of check is one entry of ROW_CHECKS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from psycopg import sql

from employment_warehouse.contract import contracts
from employment_warehouse.gate.checked_model import Check, CheckedModel
from employment_warehouse.gate.expectation import Expectation, fill
from employment_warehouse.gate.suites import Entry


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


def row_check(declared: CheckedModel, check: Check) -> tuple[sql.Composable, Expectation]:
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
        if kind.takes is list:
            try:
                argument = list(known_codes(argument))
            except LookupError as unknown:
                raise check.wrong(f"codes, or feed.column of a column with codes, not {unknown}") from unknown
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


def known_codes(listed: Sequence[Any]) -> Iterator[Any]:
    """The codes that a `one_of` lists; `workshop.status` stands for those which the feed's contract gives the column.

    Raises LookupError if there is no such column, or it has no codes.
    """
    coded = {
        f"{feed}.{column.name}": sorted(set(column.codes.values()))
        for feed, contract in contracts().items()
        for column in contract.columns
        if column.codes
    }
    for code in listed:
        yield from coded[code] if "." in str(code) else [code]


def rows_query(declared: CheckedModel, broken: Sequence[sql.Composable], names: Sequence[str]) -> sql.Composed:
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
