"""What the values of settings in a seed file can be, so that a wrong one is refused with its line before it is loaded.

The database refuses the same of a value that is decided on the page Settings: `ops.assert_kind`, `ops.decide_setting`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from employment_warehouse import seed_files
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.contract.model import CAMPAIGN_FREQUENCIES
from employment_warehouse.seed_files import Row

FORMS = {
    "integer": (re.compile("[0-9]{1,6}"), "0 至 999999 的整数 | a whole number from 0 to 999999"),
    "number": (
        re.compile("-?[0-9]{1,6}([.][0-9]{1,9})?"),
        "数，小数点前最多六位 | a number with at most six digits before the point",
    ),
}
FREQUENCIES = (*CAMPAIGN_FREQUENCIES, "none")
ALL_JOINED = "无"  # the value of counties_not_joined


def assert_values(path: Path, rows: Mapping[int, Row]) -> None:
    """What reads a setting can take its value; one that is switched off has none. Raises SeedError."""
    for line, row in rows.items():
        if row["enabled"] == "true" and (expected := _expected(row)):
            raise seed_files.fault(
                path,
                f"参数 {row['name']} 的值有误",
                f"the setting {row['name']} cannot have this value",
                line=line,
                column="value",
                expected=expected,
                found=row.get("value") or "",
            )


def _expected(row: Row) -> str:
    """What the value of a setting should be, where it is not."""
    value, kind = row.get("value") or "", row["kind"]
    if kind in FORMS:
        form, expected = FORMS[kind]
        return "" if form.fullmatch(value) else expected
    if row["name"] == "campaign_frequency" and value not in FREQUENCIES:
        return ", ".join(FREQUENCIES)
    if row["name"] == "counties_not_joined" and not _are_counties(value):
        return "县市代码，以逗号分隔；全部接入写“无” | codes of counties, separated by commas; 无 for none"
    return ""


def _are_counties(value: str) -> bool:
    return value in ("", ALL_JOINED) or set(re.split(r"[,，、\s]+", value)) <= set(divisions().counties)
