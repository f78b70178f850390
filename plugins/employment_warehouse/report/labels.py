"""Names in both languages, and the names of codes (dim_code)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from employment_warehouse.settings import project_root

_CODE_NAMES = "dbt_project/seeds/code_name.csv"


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


def names(rows: Iterable[Mapping[str, Any]]) -> Names:
    """From rows of code_list, code, name_zh, name_en."""
    known = Names()
    for row in rows:
        known.setdefault(row["code_list"], Labels())[row["code"]] = Label(row["name_zh"], row["name_en"])
    return known


def code_names(code_list: str) -> Labels:
    """Names of a list of codes by the project's seed, for pages that show no publication."""
    return _seed()[code_list]


@cache
def _seed() -> Names:
    with (project_root() / _CODE_NAMES).open(encoding="utf-8", newline="") as file:
        return names(csv.DictReader(file))
