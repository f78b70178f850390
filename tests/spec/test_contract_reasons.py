"""Why rows are rejected and files refused: one registry has every code that the source gives, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import employment_warehouse
from employment_warehouse.contract import contract_of, file_reason, reasons, row_reason
from employment_warehouse.reading import Refused

PACKAGE = Path(employment_warehouse.__file__).parent
ROW_ROOMS = ("contract", "checking", "reading", "hr_platform")
CODE = re.compile(r"[a-z]+(_[a-z]+)+")
# Calls that a code of a rejected row is an argument of, and functions that list (what is wrong, code).
ROW_CALLS = {"lit", "BrokenRow", "_rejected", "repeat", "scatter", "set"}
ROW_NAMES = {"unread", "DUPLICATE_KEY"}
ROW_LISTS = {"rejections", "_row_faults"}


def sources(*packages: str) -> Iterator[ast.Module]:
    for package in packages:
        for path in sorted(set((PACKAGE / package).rglob("*.py")) - {PACKAGE / "contract/reasons.py"}):
            yield ast.parse(path.read_text(encoding="utf-8"))


def codes_in(node: ast.AST) -> set[str]:
    constants = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return {text for text in constants if isinstance(text, str) and CODE.fullmatch(text)}


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def codes_of_rows() -> set[str]:
    found: set[str] = set()
    for node in (node for module in sources(*ROW_ROOMS) for node in ast.walk(module)):
        if isinstance(node, ast.Call) and name_of(node) in ROW_CALLS:
            found |= {
                code for argument in node.args if isinstance(argument, ast.Constant) for code in codes_in(argument)
            }
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ROW_NAMES:
            found |= codes_in(node.value)
        if isinstance(node, ast.FunctionDef) and node.name in ROW_LISTS:
            for pair in (part for part in ast.walk(node) if isinstance(part, ast.Tuple)):
                found |= {code for part in pair.elts if isinstance(part, ast.Constant) for code in codes_in(part)}
    return found


def codes_of_files() -> set[str]:
    found: set[str] = set()
    for node in (node for module in sources("reading", "landing") for node in ast.walk(module)):
        if isinstance(node, ast.Call) and name_of(node) in ("Refused", "refuse") and node.args:
            found |= codes_in(node.args[0])
    return found


def test_every_code_of_a_rejected_row_is_in_the_registry() -> None:
    found = codes_of_rows()
    assert len(found) > 15
    assert found - set(reasons().rows) == set()


def test_every_code_of_a_refused_file_is_in_the_registry() -> None:
    found = codes_of_files()
    assert len(found) > 10
    assert found - set(reasons().files) == set()


def test_the_registry_has_no_unused_code() -> None:
    constants = {code for module in sources(*ROW_ROOMS, "landing", "upload") for code in codes_in(module)}
    assert (set(reasons().rows) | set(reasons().files)) - constants == set()


def test_a_count_is_not_explained_as_an_amount() -> None:
    words = row_reason("not_a_number", contract_of("job_event"), "posts_offered")
    assert (words.expected_zh, words.example) == ("整数（岗位数，个）", "300")
    assert "万元" in row_reason("not_a_number", contract_of("employment"), "monthly_wage").expected_zh


def test_every_code_has_words_in_both_languages() -> None:
    for reason in (*reasons().rows.values(), *reasons().files.values()):
        for text in (reason.wrong_zh, reason.todo_zh):
            assert any("\u4e00" <= character <= "\u9fff" for character in text), reason.code
        for text in (reason.wrong_en, reason.todo_en):
            assert text.isascii() or "元" in text or "是" in text, reason.code
    assert all(reason.expected_zh and reason.expected_en for reason in reasons().rows.values())


def test_a_refusal_speaks_the_words_of_its_code() -> None:
    refusal = Refused("required_column_missing", "身份证号、姓名 | 身份证号、姓名")
    assert refusal.message == "缺少必填列：身份证号、姓名。 | Required columns are missing: 身份证号、姓名."
    assert refusal.todo.startswith("请对照统一模板补上。 | ")
    assert file_reason("empty_archive").wrong_zh == "压缩包里没有表"


def test_a_code_without_words_is_a_bug() -> None:
    with pytest.raises(KeyError):
        Refused("unheard_of")
    with pytest.raises(KeyError):
        row_reason("rule_unheard_of", contract_of("employment"))
