"""What a measure of gate 1 may be about: a feed, or a column, a value or a rule of it; and its names, texts and SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from employment_warehouse.contract import Column, Contract, Rule
from employment_warehouse.database.catalog import identifiers
from employment_warehouse.gate.expectation import fill


@dataclass(frozen=True)
class Subject:
    """A feed, or one column, one value of a column or one rule of it; fills the placeholders of a declaration.

    Names: {column} {value} {rule}. SQL: the same as identifiers and literals, {breaks} (a cell breaks its column's
    contract), {amounts}, {content} and {evidence} (columns of the feed), and where its contract declares them
    {freshness}, {due} and {paid}. Texts: {feed_zh} {feed_en} {header} {column} {rule_zh} {rule_en} {each_month}.
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
        fields: dict[str, sql.Composable] = {
            "amounts": identifiers(column.name for column in columns if column.type.is_number),
            "content": identifiers(contract.landing_name(column) for column in columns if column.type.name != "month"),
            "evidence": identifiers(column.name for column in columns if column.type.name == "date"),
        }
        if contract.freshness_column:
            fields["freshness"] = sql.Identifier(contract.freshness_column)
        if contract.payment:
            fields["due"] = sql.Identifier(contract.payment.due_column)
            fields["paid"] = sql.Identifier(contract.payment.paid_column)
        if self.column:
            fields["column"] = sql.Identifier(contract.landing_name(self.column))
            fields["breaks"] = sql.SQL(" or ").join(breaks(contract, self.column))
            fields["value"] = sql.Literal(self.value)
        if self.rule:
            fields["rule"] = sql.SQL(self.rule.expression)
        return sql.SQL(template).format(**fields, **more)


def breaks(contract: Contract, column: Column) -> list[sql.Composable]:
    """When a cell breaks its column's contract, in SQL: gate 1 does not rely on the reader's own checks."""
    name = sql.Identifier(contract.landing_name(column))
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
