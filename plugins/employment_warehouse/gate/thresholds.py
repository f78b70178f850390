"""The thresholds of both gates: rows of the seed `setting`, by date; never constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import psycopg

from employment_warehouse.errors import UserError


@dataclass(frozen=True)
class Thresholds:
    """Values in force on a date by name; None where a setting is switched off."""

    values: Mapping[str, float | None]

    def of(self, name: str, feed: str = "") -> float | None:
        """A feed's own value (`<name>__<feed>`) if there is one, else the general one; None: not to be checked.

        Raises UserError (`setting_missing`): a gate without its threshold would let everything pass.
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


def thresholds(connection: psycopg.Connection, on: date) -> Thresholds:
    """What the seed `setting` says on a date."""
    rows = connection.execute(
        """
        select distinct on (name) name, case when enabled then value::float8 end
        from seeds.setting
        where name like 'gate\\_%%' and valid_from <= %s
        order by name, valid_from desc
        """,
        (on,),
    ).fetchall()
    return Thresholds(dict(rows))
