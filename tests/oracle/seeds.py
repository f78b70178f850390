"""What the operator sets: the CSV files of dbt's seeds, read as they are."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Seeds:
    """Settings, targets, pay dates, holidays and finding rules."""

    folder: Path

    @lru_cache  # noqa: B019 - small files, read once a test
    def setting(self, name: str, on: date) -> Decimal:
        """The value in force on a day."""
        rows = [r for r in self._rows("setting") if r["name"] == name and r["valid_from"] <= on.isoformat()]
        return Decimal(max(rows, key=lambda r: r["valid_from"])["value"])

    def targets(self, on: date) -> list[dict[str, str]]:
        """Of each county and target the row in force on a day."""
        latest: dict[tuple[str, str], dict[str, str]] = {}
        for row in sorted(self._rows("target"), key=lambda r: r["valid_from"]):
            if row["valid_from"] <= on.isoformat():
                latest[row["county_code"], row["target_code"]] = row
        return list(latest.values())

    @lru_cache  # noqa: B019
    def pay_date(self, feed: str, unit: str, period: date) -> date:
        """The agreed pay date of a month's wages: on a holiday it moves to the working day before."""
        rows = [
            r
            for r in self._rows("pay_due_rule")
            if r["feed"] == feed and r["unit"] in ("*", unit) and r["valid_from"] <= period.isoformat()
        ]
        rule = max(rows, key=lambda r: (r["unit"] != "*", r["valid_from"]))
        number = period.year * 12 + period.month - 1 + int(rule["months_after"])
        day = date(number // 12, number % 12 + 1, int(rule["day_of_month"]))
        holidays = {r["on_date"]: r["is_working_day"] == "true" for r in self._rows("holiday")}
        while not holidays.get(day.isoformat(), day.isoweekday() <= 5):
            day -= timedelta(days=1)
        return day

    def findings(self, on: date) -> set[str]:
        """The findings that are looked for."""
        rows = sorted(self._rows("finding_rule"), key=lambda r: r["valid_from"])
        last = {r["finding"]: r["enabled"] == "true" for r in rows if r["valid_from"] <= on.isoformat()}
        return {name for name, enabled in last.items() if enabled}

    @lru_cache  # noqa: B019
    def _rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
