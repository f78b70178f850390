"""Checked rows → landing rows: identities become tokens."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from employment_warehouse.contract import Column, Contract
from employment_warehouse.contract.column_types.check_digits import birth_dates_and_sexes
from employment_warehouse.identity import tokens
from employment_warehouse.repeated_texts import Vocabulary, categories

# With more distinct names the cache starts again, so that memory does not grow with the file.
MOST_NAMES = 1 << 18


class Tokeniser:
    """Makes the landing rows of one table, frame by frame; many people share a name, whose token is computed once."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._names = _names()

    def landing_rows(self, good: pl.DataFrame) -> pl.DataFrame:
        """`sheet`, `line`, the contract's landing columns in their order, `extra`; identities as tokens (16 bytes)."""
        columns = [values for column in self._contract.columns for values in self._landing_columns(good, column)]
        return pl.DataFrame([good["sheet"], good["line"], *columns, good["extra"]])

    def _landing_columns(self, good: pl.DataFrame, column: Column) -> Iterator[pl.Series]:
        values = good[column.name]
        names = [name for name, _ in self._contract.landing_columns_of(column)]
        match column.type.identity:
            case None:
                yield values.alias(names[0])
            case "name":
                yield self._name_tokens(values).alias(names[0])
            case domain:
                yield tokens(values, domain).alias(names[0])
        if column.name == self._contract.person_column:
            yield from birth_dates_and_sexes(values).rename(dict(zip(("birth_date", "sex"), names[1:], strict=True)))

    def _name_tokens(self, names: pl.Series) -> pl.Series:
        if self._names.results.height > MOST_NAMES:
            self._names = _names()
        numbers = names.cast(self._names.texts).to_physical()
        (highest,) = numbers.to_frame().max().row(0)
        self._names.extend(highest)
        return self._names.results["token"].gather(numbers)


def _names() -> Vocabulary:
    return Vocabulary(categories(), lambda names: tokens(names, "name").to_frame("token"))
