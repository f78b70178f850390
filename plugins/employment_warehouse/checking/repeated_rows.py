"""Rows that were good by themselves and are rejected because a later row has the same key."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from employment_warehouse.checking.rejected import Fault, entries_of
from employment_warehouse.contract import Contract
from employment_warehouse.reading import TextTable

# The reason of such a row: nothing is lost, and nothing has to be done.
DUPLICATE_KEY = "duplicate_key"


def repeated_rows(table: TextTable, contract: Contract, places: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Entries of `Checked.rejected`, reason DUPLICATE_KEY, for the rows of a table at `places`.

    places: `sheet`, `line`. The table is read a second time for it: which rows a later one replaces is known only
    at its end.
    """
    for frame in table.frames:
        again = frame.join(places, on=["sheet", "line"], how="semi")
        if not again.is_empty():
            reasons = pl.repeat(DUPLICATE_KEY, len(again), dtype=pl.String, eager=True)
            cells = {name: again[f"c{position}"] for name, position in table.columns.items()}
            yield entries_of([Fault(contract.key[0], reasons)], again, table, cells)
