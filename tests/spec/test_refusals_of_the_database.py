"""What functions of the database refuse: docs/architecture.md lists each code, and who raises it."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import employment_warehouse
from employment_warehouse.settings import project_root

SCHEMA = Path(employment_warehouse.__file__).parent / "database/schema.sql"
FUNCTION = re.compile(r"^CREATE FUNCTION ([a-z_.]+)\(|errcode = '(WH[0-9]{3})'", re.M)
REFUSAL = re.compile(r"raise exception using (.*?);\n", re.S)
IN_BOTH = re.compile(r"[一-鿿].* \| .*[a-z]", re.S)
COMPUTED = "message = failed"  # made of a check's texts, which are in both
ROW = re.compile(r"^\| (WH[0-9]{3}) \| (.+) \| (.+) \| (.+) \|$", re.M)


def raised() -> dict[str, set[str]]:
    """Code → the functions that raise it."""
    found: dict[str, set[str]] = defaultdict(set)
    function = ""
    for name, code in FUNCTION.findall(SCHEMA.read_text(encoding="utf-8")):
        function = name or function
        if code:
            found[code].add(function)
    return dict(found)


def listed() -> list[tuple[str, str, str, str]]:
    return ROW.findall((project_root() / "docs/architecture.md").read_text(encoding="utf-8"))


def test_each_code_is_listed_once_with_who_raises_it() -> None:
    found = raised()
    assert len(found) > 30
    assert [code for code, *_ in listed()] == sorted(found)
    assert {code: set(re.findall(r"`([a-z_.]+)`", functions)) for code, _, functions, _ in listed()} == found


def test_each_refusal_is_said_in_both_languages() -> None:
    refusals = REFUSAL.findall(SCHEMA.read_text(encoding="utf-8"))
    assert len(refusals) > 100
    assert [text for text in refusals if not IN_BOTH.search(text) and COMPUTED not in text] == []
