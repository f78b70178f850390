"""What is expected of a small table with one row a unit, and what came of it. Both gates speak in these words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any, Literal

Severity = Literal["critical", "warning", "info"]

# Of these Great Expectations judges row by row, so that a failing row names its unit.
ROW_TYPES = frozenset(
    {
        "expect_column_values_to_be_between",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_not_be_null",
        "expect_column_pair_values_a_to_be_greater_than_b",
    }
)


@dataclass(frozen=True)
class Expectation:
    """One expectation: a type of Great Expectations with its arguments, and what to tell people when it fails.

    may_lack: rows without a value pass (a comparison without history); otherwise a missing value is a failure,
    which Great Expectations by itself would let pass.
    """

    name: str
    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    zh: str
    en: str
    may_lack: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        return tuple(str(self.kwargs[name]) for name in ("column", "column_A", "column_B") if name in self.kwargs)

    @property
    def expected(self) -> str:
        """What should have stood there, in a few characters that need no language."""
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


@dataclass(frozen=True)
class Outcome:
    """What one expectation said of one unit.

    was_run is False where Great Expectations could not judge it at all: that is a failure, and no certificate
    counts it. waiver: who let the failure pass, and why.
    """

    suite: str
    expectation: Expectation
    unit: str
    success: bool
    observed: str
    was_run: bool = True
    unexpected_rows: int = 0
    feed: str | None = None
    delivery_id: int | None = None
    waiver: str | None = None
    holds: tuple[str, ...] = ()

    @property
    def blocks(self) -> bool:
        """A critical failure that nobody waived."""
        return not self.success and self.waiver is None and self.expectation.severity == "critical"

    @property
    def message_zh(self) -> str:
        return f"{self.expectation.zh}：实为 {self.observed}，应 {self.expectation.expected}"

    @property
    def message_en(self) -> str:
        return f"{self.expectation.en}: seen {self.observed}, expected {self.expectation.expected}"


def number(value: Any) -> str:
    """A number as people write it: no trailing zeros, four digits after the point at most."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return "—"
    if isinstance(value, (int, float)):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return str(value)
