"""Rows of a mart, as CSV has them, against the rows that the oracle expects."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl

from employment_warehouse.identity import tokens

KEYS = {
    "target_progress": ("county_code", "target_code", "basis"),
    "employment_stock": ("county_code", "population_category", "channel", "destination"),
    "zero_employment_household": ("county_code", "household_no", "opened_on"),
    "zero_employment_summary": ("county_code", "is_relocated"),
    "relief_project_monitor": ("project_no",),
    "relief_payroll_check": ("project_no", "period", "person_key", "crew", "finding"),
}


def differences(mart: str, expected: list[dict[str, Any]], found: list[dict[str, str]]) -> Iterator[str]:
    """What is missing, what is too much, and each value that differs; nothing: the mart is as it must be."""
    key = KEYS[mart]
    wanted = {tuple(_plain(row[name]) for name in key): row for row in map(_with_token, expected)}
    shown = {tuple(_plain(row[name]) for name in key): row for row in found}
    yield from (f"{mart}: missing {place}" for place in wanted.keys() - shown.keys())
    yield from (f"{mart}: too much {place}" for place in shown.keys() - wanted.keys())
    for place in wanted.keys() & shown.keys():
        for name, value in wanted[place].items():
            if _plain(value) != _plain(shown[place][name]):
                yield f"{mart} {place}: {name} is {shown[place][name]!r}, must be {value!r}"


def _with_token(row: dict[str, Any]) -> dict[str, Any]:
    if "id_number" not in row:
        return row
    told = {name: value for name, value in row.items() if name != "id_number"}
    token = tokens(pl.Series("id_number", [row["id_number"]]), "person")[0]
    return told | {"person_key": str(uuid.UUID(bytes=token))}


def _plain(value: object) -> object:
    """One form for what CSV and Python say: numbers to a thousandth, t/f, empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "t" if value else "f"
    try:
        return round(float(Decimal(str(value))), 3)
    except ArithmeticError:
        return str(value)
