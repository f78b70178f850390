"""How the weekly dispatch counts and names cases."""

from __future__ import annotations

import re
from collections.abc import Iterable

from employment_warehouse.contract import contract
from employment_warehouse.database import seed_tables
from employment_warehouse.report.figures import Row
from employment_warehouse.report.labels import Label, Labels, Names

MONTH = re.compile(r"(\d{4}-\d\d)-01")  # the period of a payroll, by its first day


def totals(counts: Iterable[Row]) -> dict[str, int]:
    """The sums of rows of `case_counts`."""
    counted = list(counts)
    return {name: sum(row[name] or 0 for row in counted) for name in ("open_cases", "amount", "opened_7d", "closed_7d")}


def subject(case: Row) -> Label:
    """What the case is about: its key without the county and the finding, which stand beside it."""
    parts = str(case["case_key"]).split("·")
    if case["case_kind"] == "feed":
        feed, unit = parts
        zh, en = ("", "") if unit == case["county_code"] else (f"（{unit}）", f" ({unit})")
        return Label(contract(feed).title_zh + zh, contract(feed).title_en + en)
    known = {case["county_code"], case["finding"]}
    key = " · ".join(MONTH.sub(r"\1", part) for part in parts if part not in known) or parts[0]
    return Label(key, key)


def finding(known: Names, case: Row) -> Label:
    """Of kinds that have one finding only, the kind."""
    if case["finding"] == case["case_kind"]:
        return known["case_kind"][case["case_kind"]]
    return known["finding"][case["finding"]]


def closes_when() -> Labels:
    """What closes a case, by kind (seed case_rule)."""
    closes = Labels()
    for rule in seed_tables.read("case_rule"):
        closes.setdefault(str(rule["case_kind"]), Label(str(rule["closes_when_zh"]), str(rule["closes_when_en"])))
    return closes
