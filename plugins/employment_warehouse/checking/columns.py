"""The columns of a table, batch by batch: what a text stands for is found out once, however often it comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from employment_warehouse.checking.cells import Parsed, parse_cells
from employment_warehouse.contract import Column, Contract

# Nearly every row has another one.
_OWN_TYPES = frozenset({"id_number", "person_name", "mobile", "bank_account"})
_MOST_TEXTS = 4096  # a column with more of them is parsed cell by cell


class ColumnParser:
    """Reads columns of one table as values of their contract's types."""

    def __init__(self, contract: Contract, names: Iterable[str]) -> None:
        self._columns = {name: contract.column(name) for name in names}
        self._vocabularies = {
            name: _Vocabulary(column) for name, column in self._columns.items() if column.type not in _OWN_TYPES
        }

    def parse(self, cells: Mapping[str, pl.Series]) -> dict[str, Parsed]:
        """A batch of all columns (texts, null or '' where nothing stands), as `parse_cells` says of each."""
        repeated = self._from_vocabularies(cells)
        return {
            name: repeated[name] if name in repeated else parse_cells(cells[name], column)
            for name, column in self._columns.items()
        }

    def _from_vocabularies(self, cells: Mapping[str, pl.Series]) -> dict[str, Parsed]:
        if not self._vocabularies:
            return {}
        coded = pl.DataFrame({name: cells[name] for name in self._vocabularies}).select(
            pl.col(name).cast(vocabulary.texts) for name, vocabulary in self._vocabularies.items()
        )
        places = coded.select(pl.all().to_physical())
        highest = places.max().row(0, named=True)
        for name, last in highest.items():
            if last is not None and last >= _MOST_TEXTS:
                del self._vocabularies[name]
            elif last is not None:
                self._vocabularies[name].learn(last + 1)
        values = places.select(
            pl.lit(vocabulary.values).gather(pl.col(name)).alias(name)
            for name, vocabulary in self._vocabularies.items()
        )
        return {
            name: Parsed(values[name], vocabulary.reasons_at(places[name]))
            for name, vocabulary in self._vocabularies.items()
        }


class _Vocabulary:
    """The texts that a column has had so far, each with its number, and what they stand for, by number."""

    def __init__(self, column: Column) -> None:
        self._column = column
        self._categories = pl.Categories.random()
        self.texts = pl.Categorical(self._categories)
        self._kept = pl.Series([], dtype=self.texts)  # the numbers live as long as a series that uses them
        nothing = parse_cells(pl.Series([], dtype=pl.String), column)
        self.values = nothing.values
        self._reasons = pl.Series([], dtype=pl.String)

    def learn(self, size: int) -> None:
        """Parse the texts up to that number which are new."""
        known = len(self.values)
        if size <= known:
            return
        new = self._categories.to_series()[known:size].cast(pl.String)
        parsed = parse_cells(new, self._column)
        reasons = pl.repeat(None, len(new), dtype=pl.String, eager=True) if parsed.reasons is None else parsed.reasons
        self.values = pl.concat([self.values, parsed.values])
        self._reasons = pl.concat([self._reasons, reasons])

    def reasons_at(self, places: pl.Series) -> pl.Series | None:
        """Why the cells are refused that have these texts; None where none is."""
        if self._reasons.null_count() == len(self._reasons):
            return None
        reasons = self._reasons.gather(places)
        return None if reasons.null_count() == len(reasons) else reasons
