"""Why a row was rejected or a file refused, in words for the people who correct it: expectations/reasons.yaml.

The only place that has these words. Never a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from employment_warehouse import strict_yaml
from employment_warehouse.contract.model import Column, Contract
from employment_warehouse.contract.node import ContractError, Node
from employment_warehouse.settings import project_root

_FILE = "reasons.yaml"
_RULE = "rule_"


@dataclass(frozen=True)
class Reason:
    """What is wrong, what is expected, an example, what to do; '' where there is nothing to say."""

    code: str
    wrong_zh: str
    wrong_en: str
    expected_zh: str
    expected_en: str
    example: str
    todo_zh: str
    todo_en: str

    @property
    def zh(self) -> str:
        """What is wrong and what to do, in Chinese."""
        return f"{self.wrong_zh}。{self.todo_zh}。"

    @property
    def en(self) -> str:
        """What is wrong and what to do, in English."""
        return f"{self.wrong_en}. {self.todo_en}."


@dataclass(frozen=True)
class Reasons:
    """Every code and its words, of rejected rows and of refused files."""

    rows: Mapping[str, Reason]
    files: Mapping[str, Reason]


@cache
def reasons() -> Reasons:
    """All words. Raises ContractError where the file is invalid."""
    path = project_root() / "expectations" / _FILE
    with Node(strict_yaml.read(path.read_text(encoding="utf-8")), _FILE) as node:
        rows, files = node.take("rows"), node.take("files")
    return Reasons(rows=_reasons(rows, "rows"), files=_reasons(files, "files"))


def row_reason(code: str, contract: Contract, column_name: str = "") -> Reason:
    """The words for a rejected row; for a column, with what its contract expects of it.

    `rule_<name>` is the contract's own rule. KeyError for an unknown code.
    """
    if code.startswith(_RULE):
        return _of_rule(code, contract)
    reason = reasons().rows[code]
    expected = _expected(code, contract.column(column_name)) if column_name else None
    if expected is None:
        return reason
    zh, en = expected
    return replace(reason, expected_zh=zh, expected_en=en, example=contract.column(column_name).example)


def _expected(code: str, column: Column) -> tuple[str, str] | None:
    """What a column expects, in Chinese and English; None where the code alone says it."""
    match code:
        case "unknown_code":
            return "、".join(column.choices), "、".join(column.choices)
        case "out_of_range":
            return f"{column.range_text}（{column.description_zh}）", f"{column.range_text} ({column.description_en})"
        case "too_long":
            length = column.max_length
            return (
                f"不超过 {length} 个字符（{column.description_zh}）",
                f"At most {length} characters ({column.description_en})",
            )
        case "not_a_number" if column.type.name == "integer":  # not an amount, which may have 元 and 万元
            return f"整数（{column.description_zh}）", f"A whole number ({column.description_en})"
        case "required_missing":
            return column.description_zh, column.description_en
    return None


def file_reason(code: str, detail: str = "") -> Reason:
    """The words for a refused file. detail: more about it (`第 3 行 | line 3`), by whoever refused it. KeyError for an
    unknown code.
    """
    reason = reasons().files[code]
    if not detail:
        return reason
    zh, _, en = detail.partition(" | ")
    return replace(reason, wrong_zh=f"{reason.wrong_zh}：{zh}", wrong_en=f"{reason.wrong_en}: {en or zh}")


def _of_rule(code: str, contract: Contract) -> Reason:
    rule = next((rule for rule in contract.rules if f"{_RULE}{rule.name}" == code), None)
    if rule is None:
        raise KeyError(code)
    headers = "、".join(contract.column(name).header for name in rule.columns)
    return Reason(
        code,
        f"{headers}互相矛盾",
        f"{', '.join(rule.columns)} contradict each other",
        rule.message_zh,
        rule.message_en,
        "",
        "核对后更正其中有误的一项",
        "Correct the one that is wrong",
    )


def _reasons(content: Mapping[str, Any], section: str) -> Mapping[str, Reason]:
    found = {}
    for code, texts in content.items():
        with Node(texts, f"{_FILE}: {section}/{code}") as node:
            found[code] = Reason(
                code,
                *_both(node, "wrong"),
                *(_both(node, "expected") if "expected" in texts else ("", "")),
                node.optional_text("example") or "",
                *_both(node, "todo"),
            )
    return MappingProxyType(found)


def _both(node: Node, key: str) -> tuple[str, str]:
    zh, separator, en = node.text(key).partition(" | ")
    if not separator:
        raise ContractError(key, where=node.where, expected="中文 | English")
    return zh, en
