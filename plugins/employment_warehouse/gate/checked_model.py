"""A model that declares checks, and one of its checks as it stands in the YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from employment_warehouse.contract.model import UNIT_COLUMNS
from employment_warehouse.database.model_declarations import Model
from employment_warehouse.gate.expectation import Expectation, Severity
from employment_warehouse.gate.suites import Entry, Frame, SuiteError, holds_of, severity_of

# A row names its unit in the first of these that is in the key, else in its column county_code.
UNIT_KEYS = ("unit", *UNIT_COLUMNS.values())

PREFECTURE = "(select ops.prefecture())"


@dataclass(frozen=True)
class CheckedModel:
    """A model with its checks as they are in the YAML."""

    model: Model
    zh: str
    columns_zh: Mapping[str, str]
    checks: tuple[tuple[str | None, Any], ...]  # column, or None for the model; the entry of the list
    where: str

    @property
    def unit(self) -> sql.Composable:
        """SQL of a row's unit."""
        names = [*(name for name in UNIT_KEYS if name in self.model.key), "county_code"]
        return sql.Identifier(names[0]) if self.has(names[0]) else sql.SQL(PREFECTURE)

    @property
    def relation(self) -> sql.Identifier:
        return sql.Identifier("build", self.model.name)

    def has(self, column: str) -> bool:
        return any(declared.name == column for declared in self.model.columns)

    def title(self, column: str) -> str:
        """A column's Chinese name, without remarks in brackets."""
        return without_remarks(self.columns_zh.get(column, column))

    @property
    def short_zh(self) -> str:
        """The model's Chinese name, without remarks."""
        return without_remarks(self.zh)


def without_remarks(text: str) -> str:
    """A Chinese name without the remarks after it."""
    return re.split("[（：；，＝=]", text)[0].strip()


@dataclass(frozen=True)
class Check:
    """One entry of a list of checks: `not_negative`, or `{at_most: wages_due, severity: warning}`."""

    kind: str
    column: str | None
    argument: Any
    entry: Entry
    severity: Severity
    holds: tuple[str, ...]

    @classmethod
    def read(cls, declared: CheckedModel, column: str | None, raw: Any, kinds: Sequence[str]) -> Check:
        """One check as it stands in the YAML. kinds: the kinds of checks that there may be."""
        where = declared.where + (f".{column}" if column else "")
        content = {raw: None} if isinstance(raw, str) else raw
        entry = Entry(content, where)
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


def frame_of_one(
    declared: CheckedModel, check: Check, query: sql.Composed, expectation: Expectation, rows_at_least: int = 0
) -> Frame:
    """A frame for this one check."""
    return Frame(
        declared.model.name, expectation.name, query.as_string(None), (expectation,), rows_at_least, check.holds
    )
