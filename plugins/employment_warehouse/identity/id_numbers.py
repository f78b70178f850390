"""One citizen ID number in a text of its own, as it would be read in a column of a feed."""

from __future__ import annotations

import polars as pl

from employment_warehouse.contract.column_types.identities import IdNumber


def valid_id(text: str) -> str | None:
    """The ID number that a text is, in the form in which it becomes a token; None if it cannot be a citizen's."""
    number = IdNumber().judge(pl.Series([text])).values[0]
    return None if number is None else str(number)
