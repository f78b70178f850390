"""Names in both languages, and the names of codes (dim_code)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from employment_warehouse.database import seed_tables
from employment_warehouse.settings import read_when_changed, seed_file


class Label(NamedTuple):
    """One name in both languages."""

    zh: str
    en: str


class Labels(dict[str, Label]):
    """Names by code; a code without a name is shown as another kind of entry, with its code."""

    def __missing__(self, code: str) -> Label:
        return Label(f"其他（{code}）", f"other ({code})")


class Names(dict[str, Labels]):
    """Names of codes by the list that has them (`finding`, `channel`, `case_kind`, …)."""

    def __missing__(self, code_list: str) -> Labels:
        return Labels()


def label_of(code: str, zh: str | None, en: str | None) -> Label:
    """What is called so in Chinese and English; an operator's own seed may have one of them, or none: its code then."""
    return Label(zh or code, en or zh or code)


def names(rows: Iterable[Mapping[str, Any]]) -> Names:
    """From rows of code_list, code, name_zh, name_en; an operator's own seed may lack some of them."""
    known = Names()
    for row in rows:
        code_list, code = (str(row.get(column)) for column in ("code_list", "code"))
        known.setdefault(code_list, Labels())[code] = label_of(code, row.get("name_zh"), row.get("name_en"))
    return known


def code_names(code_list: str) -> Labels:
    """Names of a list of codes by the seed, for what shows no publication."""
    return _read(seed_file(seed_tables.CODE_NAMES))[code_list]


@read_when_changed
def _read(_: Path) -> Names:
    return names(seed_tables.read_words(seed_tables.CODE_NAMES))
