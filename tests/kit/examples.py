"""The examples of contracts, of the county whose files tests send."""

from __future__ import annotations

from employment_warehouse.contract import Column
from employment_warehouse.contract.divisions import divisions

COUNTY = "532528"


def example_of(column: Column) -> str:
    """What a cell of a good row contains."""
    return column.example.replace(next(iter(divisions().counties)), COUNTY)
