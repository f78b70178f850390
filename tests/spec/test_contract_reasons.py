"""Why rows are rejected, files refused or misplaced, and readings of the platform end: one registry has every code and
detail that the source gives, and no other.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest

import employment_warehouse
from employment_warehouse.contract import Words, contract_of, file_reason, reasons, row_reason
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.masking import mask
from employment_warehouse.reading import Refused

PACKAGE = Path(employment_warehouse.__file__).parent
ROW_ROOMS = ("contract", "checking", "reading", "hr_platform")
CODE = re.compile(r"[a-z]+(_[a-z]+)+")
# Calls that a code of a rejected row is an argument of, and functions that list (what is wrong, code).
ROW_CALLS = {"lit", "BrokenRow", "_rejected", "repeat", "scatter", "set"}
ROW_NAMES = {"unread", "DUPLICATE_KEY"}
ROW_LISTS = {"rejections", "_row_faults"}
# Functions that refuse a file with one code: their first argument is its detail.
REFUSALS_OF_ONE_CODE = {"header_not_found": "header_not_found", "_refusal": "encoding_unknown"}


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


def texts_in(node: ast.AST) -> set[str]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def calls(*names: str, within: tuple[str, ...]) -> Iterator[ast.Call]:
    for module in sources(*within):
        yield from (node for node in ast.walk(module) if isinstance(node, ast.Call) and name_of(node) in names)


def details_of_files() -> dict[tuple[str, str], set[str]]:
    """(Code, detail) → the values that are given for it, of every refusal in the source."""
    found = {}
    for call in calls("Refused", *REFUSALS_OF_ONE_CODE, within=("reading", "landing")):
        code = REFUSALS_OF_ONE_CODE.get(name_of(call))
        codes, detail = (texts_in(call.args[0]), call.args[1:2]) if code is None else ({code}, call.args[:1])
        values = {keyword.arg for keyword in call.keywords if keyword.arg} - {"where", "expected", "missing"}
        for name in (name for node in detail for name in texts_in(node)):
            found |= {(code, name): values for code in codes}
    return found


def names_in(words: Words) -> set[str]:
    return {name for text in words for _, name, _, _ in Formatter().parse(text) if name}


def other_words() -> dict[str, Words]:
    """Every text of the registry that is not of a reason itself."""
    known = reasons()
    found = {f"{code} {name}": words for code, reason in known.files.items() for name, words in reason.details.items()}
    lists = {"misplaced": known.misplaced, "faults": known.platform.faults, "responses": known.platform.responses}
    found |= {f"{section} {code}": words for section, codes in lists.items() for code, words in codes.items()}
    return found | {"platform expected": known.platform.expected, "platform todo": known.platform.todo}


def test_every_detail_of_a_refused_file_is_in_the_registry_and_no_other() -> None:
    found = details_of_files()
    known = {(code, name) for code, reason in reasons().files.items() for name in reason.details}
    assert set(found) == known
    lacking = {
        at: names for at, values in found.items() if (names := names_in(reasons().files[at[0]].details[at[1]]) - values)
    }
    assert lacking == {}


def test_every_code_of_the_platform_is_in_the_registry_and_no_other() -> None:
    faults = {code for call in calls("PlatformFault", within=("hr_platform",)) for code in texts_in(call.args[0])}
    assert faults == set(reasons().platform.faults)
    again = {
        code for call in calls("_TryAgain", "PageBroken", within=("hr_platform",)) for code in texts_in(call.args[0])
    }
    assert again == set(reasons().platform.responses)


def test_every_reason_why_a_file_is_misplaced_is_in_the_registry_and_no_other() -> None:
    found = set()
    for node in (node for module in sources("landing") for node in ast.walk(module)):
        if isinstance(node, ast.FunctionDef) and node.name == "fault":
            pairs = (part for part in ast.walk(node) if isinstance(part, ast.Tuple) and len(part.elts) == 2)
            found |= {text for pair in pairs for text in texts_in(pair.elts[1])}
        if isinstance(node, ast.Subscript) and getattr(node.value, "attr", "") == "misplaced":
            found |= texts_in(node.slice)
    assert found == set(reasons().misplaced)


def test_details_faults_and_misplaced_files_have_words_in_both_languages_and_no_identity() -> None:
    chinese = re.compile("[\u4e00-\u9fff]")
    for at, words in other_words().items():
        zh, en = (re.sub(r"\{[^}]*\}", "", text) for text in words)
        has_words = re.search(r"\w", zh + en) and zh != en  # the others are names alone
        assert not has_words or (chinese.search(zh) and not chinese.search(en)), at
        assert mask(str(words)) == str(words), at
    for reason in (*reasons().rows.values(), *reasons().files.values()):
        for text in (reason.zh, reason.en, reason.expected_zh, reason.expected_en):
            assert mask(text) == text, reason.code


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


def test_examples_are_of_a_county_of_the_prefecture(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = replace(divisions(), counties={"616201": "近某族自治县"})
    monkeypatch.setattr("employment_warehouse.contract.divisions.divisions", lambda: elsewhere)
    register = contract_of("labor_register")
    assert register.column("village_code").example == "616201101201"
    assert register.column("household_no").example == "H616201000123"
    assert row_reason("not_a_division", register, "county_code").example == "616201"


def test_every_code_has_words_in_both_languages() -> None:
    for reason in (*reasons().rows.values(), *reasons().files.values()):
        for text in (reason.wrong_zh, reason.todo_zh):
            assert any("\u4e00" <= character <= "\u9fff" for character in text), reason.code
        for text in (reason.wrong_en, reason.todo_en):
            assert text.isascii() or "元" in text or "是" in text, reason.code
    assert all(reason.expected_zh and reason.expected_en for reason in reasons().rows.values())


def test_a_refusal_speaks_the_words_of_its_code() -> None:
    refusal = Refused("required_column_missing", "columns", headers="身份证号、姓名")
    assert refusal.message == "缺少必填列：身份证号、姓名。 | Required columns are missing: 身份证号、姓名."
    assert refusal.todo.startswith("请对照统一模板补上。 | ")
    assert file_reason("empty_archive").wrong_zh == "压缩包里没有表"


def test_a_code_without_words_is_a_bug() -> None:
    with pytest.raises(KeyError):
        Refused("unheard_of")
    with pytest.raises(KeyError):
        row_reason("rule_unheard_of", contract_of("employment"))
