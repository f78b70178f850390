"""Which counties can be compared between two days: those that reported on both."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from employment_warehouse.contract.divisions import divisions
from employment_warehouse.report import sentences
from employment_warehouse.report.code_names import Label
from employment_warehouse.report.figures import Figures, Row
from employment_warehouse.report.page import short_name

ANY_DAY = "S"  # the kind of the figures that are compared like for like (`indicator.kind`)


@dataclass(frozen=True)
class Comparison:
    """Figures of a day with those of an earlier one. counties: how many have figures of the day. uncompared: those of
    them that did not report on both days, whose change is 0 in the marts."""

    day: date
    earlier: date
    counties: int
    uncompared: list[str]

    @property
    def compared(self) -> int:
        """How many counties can be compared."""
        return self.counties - len(self.uncompared)

    def covers(self, indicator: Row, row: Row) -> bool:
        """Whether the change of a figure says something. One without an earlier value has none."""
        if indicator["kind"] != ANY_DAY or row["previous_value"] is None:
            return True
        if row["county_code"] != divisions().prefecture:
            return row["county_code"] not in self.uncompared
        return row["change"] is not None and self.compared > 0


def comparison(figures: Figures, day: date, earlier: date) -> Comparison:
    """The comparison of two days. figures: `observed` of both days."""
    reported = reported_on(figures, day) & reported_on(figures, earlier)
    counties = [row["county_code"] for row in figures["observed"] if row["on_date"] == day]
    return Comparison(day, earlier, len(counties), [code for code in counties if code not in reported])


def sentence_of_uncompared(figures: Figures, compared: Comparison, counties: Collection[str]) -> Label | None:
    """Which of these counties cannot be compared; None: all can be."""
    names = [short_name(row) for row in figures["counties"] if row["county_code"] in counties]
    return sentences.uncompared(names, compared.counties, compared.earlier, compared.day)


def reported_on(figures: Figures, day: date) -> set[str]:
    """The counties whose figures of a day are of what they reported for it."""
    return {row["county_code"] for row in figures["observed"] if row["on_date"] == day and row["obs_status"] == "A"}
