"""What is expected of a small table with one row for each unit, and the outcome. Both gates use these types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan
from types import MappingProxyType
from typing import Any, Literal

from employment_warehouse.fixed_names import UNITS_OF_MEASURE

Severity = Literal["critical", "warning", "info"]
MeasuredIn = Literal["number", "percent", "points", "times", "rows", "persons", "days", "yuan"]


def _with_blank(unit_of_measure: str) -> tuple[str, str]:
    zh, en = UNITS_OF_MEASURE[unit_of_measure]
    return f" {zh}", f" {en}"


# What is written after a figure in Chinese and in English, and by how much the value is multiplied.
SCALES: Mapping[MeasuredIn, tuple[tuple[str, str], float]] = MappingProxyType(
    {
        "number": (("", ""), 1),
        "percent": (("%", "%"), 100),
        "points": (_with_blank("point"), 100),
        "times": (_with_blank("times"), 1),
        "rows": (_with_blank("row"), 1),
        "persons": (_with_blank("person"), 1),
        "days": (_with_blank("day"), 1),
        "yuan": (_with_blank("CNY"), 1),
    }
)
# What is recorded where there is no value, and its words in a message.
NO_HISTORY, NO_VALUE, NOT_CHECKED = "无历史 no history", "空 nothing", "未能检查 could not be checked"
WITHOUT_VALUE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        NO_HISTORY: ("无历史数据可比", "nothing to compare with"),
        NO_VALUE: ("无值", "no value"),
        NOT_CHECKED: ("未能检查", "could not be checked"),
    }
)

# Great Expectations checks these row by row, so that a failing row names its unit.
ROW_TYPES = frozenset(
    {
        "expect_column_values_to_be_between",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_not_be_null",
        "expect_column_pair_values_a_to_be_greater_than_b",
    }
)
_PLACEHOLDER = re.compile(r"\{([\w.=]+)\}")
# Placeholders of a message that are not columns of the row.
_COMPUTED = ("value", "normal", "only")


def fill(template: str, values: Mapping[str, Any]) -> str:
    """The template with its {placeholders} replaced; those without a value stay for a later pass."""
    return _PLACEHOLDER.sub(lambda found: found[0] if values.get(found[1]) is None else str(values[found[1]]), template)


@dataclass(frozen=True)
class Expectation:
    """One expectation: a type of Great Expectations with its arguments, and its texts for people.

    zh, en: what is checked. failed_zh, failed_en: what a failure says instead of "<zh>为 {value}（{normal}）"; the
    placeholders are {value}, {normal} (the limits in words), {only} (below the lower limit), and columns of the row.
    may_lack: rows without a value pass (a comparison without history). Otherwise a missing value is a failure,
    which Great Expectations by itself would let pass. may_be_waived: whether people may let a failure pass.
    """

    name: str
    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    zh: str
    en: str
    may_lack: bool = False
    failed_zh: str = ""
    failed_en: str = ""
    measured_in: MeasuredIn = "number"
    may_be_waived: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it checks."""
        return tuple(str(self.kwargs[name]) for name in ("column", "column_A", "column_B") if name in self.kwargs)

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns whose values its messages show."""
        names = dict.fromkeys(_PLACEHOLDER.findall(self.failed_zh + self.failed_en))
        return tuple(name for name in names if name not in _COMPUTED)

    @property
    def expected(self) -> str:
        """The expected value, in a few characters that need no language."""
        low, high = self.kwargs.get("min_value"), self.kwargs.get("max_value")
        if "column_B" in self.kwargs:
            return f"{'≥' if self.kwargs.get('or_equal') else '>'} {self.kwargs['column_B']}"
        if "value_set" in self.kwargs:
            return " | ".join(str(value) for value in self.kwargs["value_set"])
        if low is None and high is None:
            return "not null"
        if low == high:
            return f"= {number(low)}"
        if low is None:
            return f"≤ {number(high)}"
        return f"≥ {number(low)}" if high is None else f"{number(low)} – {number(high)}"

    @property
    def counts_broken_rows(self) -> bool:
        """Whether its value is the number of rows that break it, of which there may be none."""
        return self.measured_in == "rows" and "min_value" not in self.kwargs and self.kwargs.get("max_value") == 0

    def message_zh(self, outcome: Outcome) -> str:
        return self._message(outcome, 0, self.zh, self.failed_zh or f"{self.zh}为 {{value}}（{{normal}}）")

    def message_en(self, outcome: Outcome) -> str:
        return self._message(outcome, 1, self.en, self.failed_en or f"{self.en}: {{value}} ({{normal}})")

    def _message(self, outcome: Outcome, language: int, subject: str, failed: str) -> str:
        value = outcome.values.get(self.columns[0])
        item = f"{outcome.item} " if outcome.item else ""
        if value is None:
            observed = outcome.observed.removeprefix(item)
            text = WITHOUT_VALUE.get(observed, (observed, observed))[language]
            return f"{item}{subject}{('：', ': ')[language]}{text}"
        template = f"{subject}{('为 ', ': ')[language]}{{value}}" if outcome.success else failed
        low = self.kwargs.get("min_value")
        figures = {name: number(found, 2) for name, found in outcome.values.items()}
        figures["value"] = self._figure(value, language)
        figures["normal"] = self._normal(language)
        figures["only"] = ("仅", "only ")[language] if low is not None and _is_less(value, low) else ""
        return item + fill(template, figures)

    def _normal(self, language: int) -> str:
        low, high = self.kwargs.get("min_value"), self.kwargs.get("max_value")
        if low is None and high is None:
            return (f"应 {self.expected}", f"should be {self.expected}")[language]
        if low == high:
            return ("应为 ", "should be ")[language] + self._figure(low, language)
        if low is None:
            return ("正常不超过 ", "normally at most ")[language] + self._figure(high, language)
        if high is None:
            return ("正常不低于 ", "normally at least ")[language] + self._figure(low, language)
        lowest = self._figure(low, language)
        if self.measured_in != "percent":
            lowest = lowest.removesuffix(SCALES[self.measured_in][0][language])
        return ("正常为 ", "normally ")[language] + f"{lowest}–{self._figure(high, language)}"

    def _figure(self, value: Any, language: int) -> str:
        """A value as people write it: as short as possible, but distinct from the limits."""
        suffixes, factor = SCALES[self.measured_in]
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return str(value)
        limits = [self.kwargs.get("min_value"), self.kwargs.get("max_value")]
        others = [float(limit) for limit in limits if limit is not None and limit != value]
        for digits in range(0 if factor == 100 else 2, 5):
            text = number(value * factor, digits)
            if text not in [number(other * factor, digits) for other in others]:
                break
        return text + suffixes[language]


def _is_less(value: Any, limit: Any) -> bool:
    return isinstance(value, (int, float)) and value < limit


@dataclass(frozen=True)
class Outcome:
    """The outcome of one expectation for one unit.

    was_run is False where Great Expectations could not check it at all: that is a failure, and no certificate
    counts it. values: the row, as far as the messages show it. item: what of the unit the row is about.
    waiver: who let the failure pass, and why.
    """

    suite: str
    expectation: Expectation
    unit: str
    success: bool
    observed: str
    was_run: bool = True
    feed: str | None = None
    delivery_id: int | None = None
    waiver: str | None = None
    holds: tuple[str, ...] = ()
    item: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def blocks(self) -> bool:
        """A critical failure that nobody waived."""
        return not self.success and self.waiver is None and self.expectation.severity == "critical"

    @property
    def unexpected_rows(self) -> int | None:
        """How many rows break the expectation; None where its value is no such number, or there is none."""
        value = self.values.get(self.expectation.columns[0])
        return int(value) if self.expectation.counts_broken_rows and value is not None else None

    @property
    def check(self) -> tuple[str, str]:
        """Suite and name of what was checked, for whatever unit."""
        return self.suite, self.expectation.name

    @property
    def suspects(self) -> tuple[str, ...]:
        """The feeds whose deliveries may have caused a failure of gate 2; none: any feed of the unit."""
        return (self.feed,) if self.feed else self.holds

    @property
    def message_zh(self) -> str:
        return self.expectation.message_zh(self)

    @property
    def message_en(self) -> str:
        return self.expectation.message_en(self)


def number(value: Any, digits: int = 4) -> str:
    """A number as people write it: no trailing zeros, at most this many digits after the point."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return "—"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        text = f"{value:,.{digits}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)
