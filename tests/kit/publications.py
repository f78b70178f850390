"""Rows of the marts that reports and the console read, written straight into the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import psycopg
from tests.kit.nights import insert

from employment_warehouse.contract.divisions import divisions

DAY = date(2024, 5, 20)
YUANYANG = "532528"


def store(warehouse: psycopg.Connection, model: str, build: int, rows: Iterable[dict[str, Any]]) -> None:
    insert(warehouse, "store", model, ({**row, "from_build": build} for row in rows))


def division(code: str) -> dict[str, Any]:
    level = "prefecture" if code == divisions().prefecture else "county"
    names = {**divisions().counties, divisions().prefecture: divisions().prefecture_zh}
    return {"division_code": code, "level": level, "name_zh": names[code], "name_en": code}


def observed(day: str, code: str, status: str = "A") -> dict[str, Any]:
    return {"on_date": day, "county_code": code, "indicator": "rural_employed", "value": 898, "obs_status": status}


def indicator(code: str, unit: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name_zh": code.upper(), "name_en": code, "unit": unit, "digits": 0, "direction": 1, **more}


def figure(code: str, county: str, value: float | None, **more: Any) -> dict[str, Any]:
    of_sunday = {"period_from": "2024-05-19", "period_to": "2024-05-19"}
    return {"indicator": code, "county_code": county, "value": value, "obs_status": "A", **of_sunday, **more}
