"""Checked rows → landing rows: identities become tokens; what they were goes aside, for the vault."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from employment_warehouse.contract import Column, Contract
from employment_warehouse.identity import Domain, tokens

DOMAINS: dict[str, Domain] = {
    "id_number": "person",
    "person_name": "name",
    "mobile": "mobile",
    "bank_account": "account",
}


def landing_rows(good: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """`sheet`, `line`, the contract's landing columns in their order, `extra`; identities as tokens (16 bytes)."""
    made = [values for column in contract.columns for values in _landing_columns(good[column.name], column, contract)]
    return pl.DataFrame([good["sheet"], good["line"], *made, good["extra"]])


def _landing_columns(values: pl.Series, column: Column, contract: Contract) -> Iterator[pl.Series]:
    names = [name for name, _ in contract.landing_columns_of(column)]
    if column.type not in DOMAINS:
        yield values.alias(names[0])
        return
    yield tokens(values, DOMAINS[column.type]).alias(names[0])
    if column.name == contract.person_column:
        digits = values.to_frame("id").lazy()
        sex_digit = pl.col("id").str.slice(16, 1).cast(pl.UInt8)
        derived = digits.select(
            pl.col("id").str.slice(6, 8).str.to_date("%Y%m%d").alias(names[1]),
            pl.when(sex_digit % 2 == 1)
            .then(pl.lit("male"))
            .when(sex_digit % 2 == 0)
            .then(pl.lit("female"))
            .alias(names[2]),
        ).collect()
        yield from derived
