"""What the operator sets: the CSV files of dbt's seeds, read as they are."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from .figures import add_months
from .reading import last_day


@dataclass(frozen=True, eq=False)
class Seeds:
    """Settings, targets, pay dates, holidays and finding rules."""

    folder: Path
    switched_on: tuple[str, ...] = ()
    """Rules of findings that operators have switched on."""

    @cache
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

    @cache
    def pay_date(self, feed: str, unit: str, period: date) -> date:
        """The agreed pay date of a month's wages, by the rule in force when the month ended.

        The 31st of a shorter month is its last day; on a holiday it moves to the working day before.
        """
        rows = [
            r
            for r in self._rows("pay_due_rule")
            if r["feed"] == feed and r["unit"] in ("*", unit) and r["valid_from"] <= last_day(period).isoformat()
        ]
        rule = max(rows, key=lambda r: (r["unit"] != "*", r["valid_from"]))
        month = add_months(period, int(rule["months_after"]))
        day = min(month.replace(day=1) + timedelta(days=int(rule["day_of_month"]) - 1), last_day(month))
        while not self._is_working_day(day):
            day -= timedelta(days=1)
        return day

    def findings(self, on: date) -> set[str]:
        """The findings that are looked for."""
        rows = sorted(self._rows("finding_rule"), key=lambda r: r["valid_from"])
        last = {r["finding"]: r["enabled"] == "true" for r in rows if r["valid_from"] <= on.isoformat()}
        return {name for name, enabled in last.items() if enabled}

    @cache
    def _rows(self, name: str) -> list[dict[str, str]]:
        if name in DEFAULTS and not (self.folder / f"{name}.csv").exists():
            return DEFAULTS[name]
        with (self.folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        if name != "finding_rule":
            return rows
        given = {row["finding"] for row in rows}
        rules = rows + [row for row in POST_FINDINGS if row["finding"] not in given]
        return [row | {"enabled": "true"} if row["finding"] in self.switched_on else row for row in rules]

    @cache
    def _in_force(self, name: str, on: date, *key: str) -> list[dict[str, str]]:
        """Of each key the latest row that is in force on a day, in the file's order; switched off: none."""
        latest: dict[tuple[str, ...], dict[str, str]] = {}
        rows = self._rows(name)
        for row in sorted(rows, key=lambda r: r["valid_from"]):
            if row["valid_from"] <= on.isoformat():
                latest[tuple(row[column] for column in key)] = row
        return [row for row in rows if any(row is found for found in latest.values()) and row.get("enabled") != "false"]

    def words(self, name: str, on: date) -> list[str]:
        """A setting that is a list of words."""
        row = next((r for r in self._in_force("setting", on, "name") if r["name"] == name), None)
        return [word.strip() for word in (row["value"] if row else "enterprise,workshop").split(",")]

    def threshold(self, finding: str, on: date) -> int:
        """The threshold of a finding."""
        row = next(r for r in self._in_force("finding_rule", on, "finding") if r["finding"] == finding)
        return int(Decimal(row["threshold"]))

    def minimum_wage(self, place: str, on: date) -> Decimal | None:
        """Of the county, else its prefecture, else its province."""
        rows = {r["place"]: r for r in self._in_force("minimum_wage", on, "place")}
        for code in (place, f"{place[:4]}00", f"{place[:2]}0000"):
            if code in rows:
                return Decimal(rows[code]["monthly"])
        return None

    def remuneration_floor(self, project: Mapping[str, Any], on: date) -> Decimal | None:
        """The share of its funds that a project must pay out: its own floor, else its type's, of its year first."""
        year = str(project["started_on"].year)
        fitting = [
            r
            for r in self._rows("remuneration_floor")
            if r["project_no"] in (project["project_no"], "*") and r["fund_type"] in (project["project_type"], "*")
            if r["plan_year"] in (year, "") and r["valid_from"] <= on.isoformat()
        ]
        fitting.sort(key=lambda r: r["valid_from"], reverse=True)
        fitting.sort(key=lambda r: (r["project_no"] == "*", r["fund_type"] == "*", r["plan_year"] == ""))
        return Decimal(fitting[0]["floor"]) if fitting and fitting[0]["enabled"] == "true" else None

    def risk_rules(self, on: date) -> list[dict[str, str]]:
        """The reasons of return_risk that are looked at, in the seed's order."""
        return self._in_force("risk_rule", on, "reason")

    def workshop_standard(self, county: str, on: date) -> dict[str, Any]:
        """What a workshop must reach: the county's row before the one for all."""
        rows = {r["county_code"]: r for r in self._in_force("workshop_standard", on, "county_code")}
        row = rows.get(county) or rows["*"]
        numbers = ("min_poverty_alleviated", "min_workers", "min_share")
        return {name: Decimal(row[name]) if row[name] else None for name in numbers} | {"months": int(row["months"])}

    def key_counties(self) -> dict[str, dict[str, str]]:
        """The counties that the notice supports above others."""
        rows = self._rows("division")
        return {r["division_code"]: r for r in rows if r["level"] == "county" and r["key_county_level"]}

    def is_kin(self, relation: str | None) -> bool:
        """Whether a relation to the approver is kinship; unknown words are not."""
        bare = "".join(unicodedata.normalize("NFKC", relation or "").split())
        return any(r["text"] == bare and r["is_kin"] == "true" for r in self._rows("kin_relation"))

    @cached_property
    def _holidays(self) -> dict[str, bool]:
        return {r["on_date"]: r["is_working_day"] == "true" for r in self._rows("holiday")}

    def _is_working_day(self, day: date) -> bool:
        return self._holidays.get(day.isoformat(), day.isoweekday() <= 5)

    @cache
    def working_days(self, first: date, last: date) -> int:
        """How many working days a stretch has."""
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return sum(map(self._is_working_day, days))

    @cache
    def working_day_after(self, day: date, number: int) -> date:
        """The n-th working day after a day."""
        while number:
            day += timedelta(days=1)
            number -= self._is_working_day(day)
        return day


# Rules that marts-detail.md gives, where the operator's files have none.
DEFAULTS = {
    "risk_rule": [
        {
            "reason": reason,
            "valid_from": "2020-01-01",
            "level": level,
            "days": days,
            "threshold": threshold,
            "enabled": "true",
        }
        for reason, level, days, threshold in (
            ("all_jobs_lost_30d", "warning", "30", ""),
            ("income_down_30pct", "watch", "", "0.30"),
            ("wages_unpaid_60d", "watch", "60", ""),
            ("monitored_and_unemployed", "warning", "", ""),
            ("sole_earner_separated", "watch", "30", ""),
        )
    ],
    "workshop_standard": [
        {
            "county_code": "*",
            "valid_from": "2020-01-01",
            "min_poverty_alleviated": "5",
            "min_workers": "",
            "min_share": "",
            "months": "2",
        }
    ],
    "kin_relation": [],
}
POST_FINDINGS = [
    {"finding": finding, "valid_from": "2020-01-01", "enabled": enabled, "threshold": threshold}
    for finding, enabled, threshold in (
        ("kin_of_approver", "false", ""),
        ("rotated", "true", "3"),
        ("not_in_need", "true", "1"),
        ("paid_not_present", "true", ""),
        ("paid_to_other_account", "false", ""),
        ("arrears_30d", "true", "30"),
        ("over_term", "true", ""),
        ("duplicate_holder", "true", ""),
        ("paid_not_holder", "true", ""),
    )
]
