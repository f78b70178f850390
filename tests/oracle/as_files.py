"""Reports of a random world as the files that counties send."""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path
from typing import Any

from employment_warehouse.contract import contract_of

from .worlds import Sent


def write(zone: Path, sent: Sent, part: str = "", modified: int = 0) -> Path:
    """A report, or a part of it, as a CSV file in the contract's own words. modified: Unix time; 0: one by its date."""
    of = contract_of(sent.feed)
    path = zone / sent.feed / str(sent.report_date) / f"{sent.unit}{part and '_'}{part}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow([column.header for column in of.columns])
        for row in sent.rows:
            values = row | {"county_code": row.get("county_code") or sent.unit}
            names = ("id_number" if column.name == of.person_column else column.name for column in of.columns)
            sheet.writerow([cell(values.get(name)) for name in names])
    moment = modified or 1_700_000_000 + (sent.report_date - date(2023, 1, 1)).days
    os.utime(path, (moment, moment))
    return path


def cell(value: Any) -> str:
    """A value as a county writes it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)
