"""The thresholds of both gates: settings named `gate_…`, read through ops.settings; never constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import inf

import psycopg

from employment_warehouse.errors import UserError


@dataclass(frozen=True)
class Thresholds:
    """Values in force on a date by name; None where a setting is switched off."""

    values: Mapping[str, float | None]

    def of(self, name: str, feed: str = "") -> float | None:
        """A feed's own value (`<name>__<feed>`) if there is one, else the general one; None: not to be checked.

        Raises UserError (`setting_missing`) for an undeclared name: without its threshold a gate would let all pass.
        """
        for known in (f"{name}__{feed}", name):
            if known in self.values:
                return self.values[known]
        raise UserError(
            f"缺少阈值 {name} | a threshold is missing",
            code="setting_missing",
            where="dbt_project/seeds/setting.csv",
            expected=f"a row named {name}; enabled = false switches the check off on the record",
            todo="add the row and load the seeds",
        )

    def most_failing_units(self, units: int) -> float:
        """How many of this many units may be to blame (inf: all); if more fail, the fault is the warehouse's own."""
        share, number = self.of("gate_max_blamed_share"), self.of("gate_max_blamed_units")
        return inf if share is None or number is None else max(number, share * units)


def thresholds_on(connection: psycopg.Connection, on: date) -> Thresholds:
    """The thresholds in force on a date."""
    rows = connection.execute(
        "select s.name, s.value::float8 from ops.settings(%s) as s where s.name like 'gate\\_%%'", (on,)
    ).fetchall()
    return Thresholds(dict(rows))
