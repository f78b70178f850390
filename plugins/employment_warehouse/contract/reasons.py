"""Why a row was rejected, a file refused or misplaced, or a reading of the HR platform ended, in words for the people
who correct it: expectations/reasons.yaml.

The only place that has these words. Never a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from employment_warehouse import strict_yaml
from employment_warehouse.contract.divisions import with_county
from employment_warehouse.contract.model import Column, Contract
from employment_warehouse.contract.node import ContractError, Node
from employment_warehouse.settings import project_root

_FILE = "reasons.yaml"
_RULE = "rule_"


class Words(NamedTuple):
    """A text in Chinese and in English."""

    zh: str
    en: str

    def filled(self, **values: object) -> Words:
        """With the values that it names; one that is Words itself is given in the language of the text."""
        zh = {name: value.zh if isinstance(value, Words) else value for name, value in values.items()}
        en = {name: value.en if isinstance(value, Words) else value for name, value in values.items()}
        return Words(self.zh.format(**zh), self.en.format(**en))

    def __str__(self) -> str:
        return f"{self.zh} | {self.en}"


@dataclass(frozen=True)
class Reason:
    """What is wrong, what is expected, an example, what to do; '' where there is nothing to say. details: of a refused
    file, what may be said about it besides.
    """

    code: str
    wrong_zh: str
    wrong_en: str
    expected_zh: str
    expected_en: str
    example: str
    todo_zh: str
    todo_en: str
    details: Mapping[str, Words] = field(default_factory=dict)

    @property
    def zh(self) -> str:
        """What is wrong and what to do, in Chinese."""
        return f"{self.wrong_zh}。{self.todo_zh}。"

    @property
    def en(self) -> str:
        """What is wrong and what to do, in English."""
        return f"{self.wrong_en}. {self.todo_en}."


@dataclass(frozen=True)
class PlatformReasons:
    """Why a reading of the HR platform ended, and what was wrong with a response that was asked for again."""

    expected: Words
    todo: Words
    faults: Mapping[str, Words]
    responses: Mapping[str, Words]


@dataclass(frozen=True)
class Reasons:
    """Every code and its words: of rejected rows, of refused files, of files that belong to no feed or unit, and of the
    HR platform.
    """

    rows: Mapping[str, Reason]
    files: Mapping[str, Reason]
    misplaced: Mapping[str, Words]
    platform: PlatformReasons


@cache
def reasons() -> Reasons:
    """All words. Raises ContractError where the file is invalid."""
    path = project_root() / "expectations" / _FILE
    with Node(strict_yaml.read(path.read_text(encoding="utf-8")), _FILE) as node:
        return Reasons(
            rows=_reasons(node.take("rows"), "rows"),
            files=_reasons(node.take("files"), "files"),
            misplaced=_texts(node.take("misplaced"), "misplaced"),
            platform=_platform(node.take("platform"), "platform"),
        )


def row_reason(code: str, contract: Contract, column_name: str = "", county: str = "") -> Reason:
    """The words for a rejected row of a county; for a column, with what its contract expects of it.

    `rule_<name>` is the contract's own rule. KeyError for an unknown code.
    """
    if code.startswith(_RULE):
        return _of_rule(code, contract)
    reason = reasons().rows[code]
    expected = _expected(code, contract.column(column_name)) if column_name else None
    if expected is None:
        return replace(reason, example=with_county(reason.example, county))
    zh, en = expected
    example = with_county(contract.column(column_name).example_form, county)
    return replace(reason, expected_zh=zh, expected_en=en, example=example)


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
    """The words for a refused file. detail: more about it (`第 3 行 | line 3`), in the registry's words when it was
    refused. KeyError for an unknown code.
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
                *_words(node, "wrong"),
                *(_words(node, "expected") if "expected" in texts else ("", "")),
                node.optional_text("example") or "",
                *_words(node, "todo"),
                _texts(node.take("details", {}), f"{section}/{code}/details"),
            )
    return MappingProxyType(found)


def _platform(content: Mapping[str, Any], section: str) -> PlatformReasons:
    with Node(content, f"{_FILE}: {section}") as node:
        return PlatformReasons(
            expected=_words(node, "expected"),
            todo=_words(node, "todo"),
            faults=_texts(node.take("faults"), f"{section}/faults"),
            responses=_texts(node.take("responses"), f"{section}/responses"),
        )


def _texts(content: Mapping[str, Any], section: str) -> Mapping[str, Words]:
    with Node(content, f"{_FILE}: {section}") as node:
        return MappingProxyType({code: _words(node, code) for code in content})


def _words(node: Node, key: str) -> Words:
    zh, separator, en = node.text(key).partition(" | ")
    if not separator:
        raise ContractError(key, where=node.where, expected="中文 | English")
    return Words(zh, en)
