"""What the vault has sealed, in plain."""

from __future__ import annotations

from typing import NamedTuple

import psycopg

from employment_warehouse.identity import place, unseal
from employment_warehouse.landing.vault import rejected_place


class RejectedCell(NamedTuple):
    """A rejected cell; plain: JSON of its value and its row."""

    sheet: str
    line: int
    column: str
    reason: str
    plain: str


def rejected_cells(connection: psycopg.Connection) -> list[RejectedCell]:
    """All rejected cells, by delivery and place."""
    rows = connection.execute(
        "select delivery_id, sheet, line, column_name, reason, sealed from vault.rejected_row order by 1, 2, 3, 4"
    ).fetchall()
    return [
        RejectedCell(sheet, line, column, reason, unseal(sealed, rejected_place(number, sheet, line, column)).decode())
        for number, sheet, line, column, reason, sealed in rows
    ]


def persons(connection: psycopg.Connection) -> list[str]:
    """JSON of every person."""
    rows = connection.execute("select person_key, sealed from vault.person").fetchall()
    return sorted(unseal(sealed, place("vault.person.sealed", key)).decode() for key, sealed in rows)
