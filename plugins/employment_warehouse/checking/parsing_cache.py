"""Parses the columns of a table frame by frame; a text that repeats is parsed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import polars as pl

from employment_warehouse.contract import Column, Contract, Parsed
from employment_warehouse.repeated_texts import MOST_TEXTS, Vocabulary, categories


class ColumnParser:
    """Reads columns of one table as values of their contract's types."""

    def __init__(self, contract: Contract, names: Iterable[str]) -> None:
        self._columns = {name: contract.column(name) for name in names}
        self._parse = Column.parse_as_received if contract.platform else Column.parse
        self._repeated = {name for name, column in self._columns.items() if column.repeats}
        self._vocabularies: dict[str, Vocabulary] = {}

    def parse(self, cells: Mapping[str, pl.Series]) -> dict[str, Parsed]:
        """A frame of all columns (texts or categories; null or '' where a cell is empty) as values of their types."""
        repeated = self._from_vocabularies(cells)
        return {
            name: repeated[name] if name in repeated else self._parse(column, cells[name].cast(pl.String))
            for name, column in self._columns.items()
        }

    def _from_vocabularies(self, cells: Mapping[str, pl.Series]) -> dict[str, Parsed]:
        if not self._repeated:
            return {}
        for name in self._repeated - self._vocabularies.keys():
            self._vocabularies[name] = _vocabulary(partial(self._parse, self._columns[name]), cells[name].dtype)
        numbers = pl.DataFrame({name: cells[name] for name in self._vocabularies}).select(
            pl.col(name).cast(vocabulary.texts).to_physical() for name, vocabulary in self._vocabularies.items()
        )
        for name, highest in numbers.max().row(0, named=True).items():
            if highest is not None and highest >= MOST_TEXTS:
                del self._vocabularies[name]
                self._repeated.remove(name)
            else:
                self._vocabularies[name].extend(highest)
        values = numbers.select(
            pl.lit(vocabulary.results["value"]).gather(pl.col(name)).alias(name)
            for name, vocabulary in self._vocabularies.items()
        )
        return {
            name: Parsed(values[name], _reasons_at(vocabulary.results["reason"], numbers[name]))
            for name, vocabulary in self._vocabularies.items()
        }


def _vocabulary(parse: Callable[[pl.Series], Parsed], texts: pl.DataType) -> Vocabulary:
    def compute(texts: pl.Series) -> pl.DataFrame:
        parsed = parse(texts)
        reasons = pl.repeat(None, len(texts), dtype=pl.String, eager=True) if parsed.reasons is None else parsed.reasons
        return pl.DataFrame({"value": parsed.values, "reason": reasons})

    return Vocabulary(texts if isinstance(texts, pl.Categorical) else categories(), compute)


def _reasons_at(reasons: pl.Series, numbers: pl.Series) -> pl.Series | None:
    """The reasons of the cells with these texts; None where none is rejected."""
    if reasons.null_count() == len(reasons):
        return None
    found = reasons.gather(numbers)
    return None if found.null_count() == len(found) else found
