"""Texts that repeat in a column: each is parsed, or turned into a token, once.

Such a column is a series of categories, as polars' CSV reader returns it (0.15 s of 3.4 s for 1.44 million rows); a
text's number is its position among them.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

# A column with more distinct texts does not repeat itself.
MOST_TEXTS = 4096


def categories() -> pl.DataType:
    """A type for a column of texts, with numbers of its own."""
    return pl.Categorical(pl.Categories.random())


class Vocabulary:
    """The texts of some categories, and the result of a function for each, by its number."""

    def __init__(self, texts: pl.DataType, compute: Callable[[pl.Series], pl.DataFrame]) -> None:
        """texts: as `categories` makes them. compute: from a series of texts a row of results for each."""
        self.texts = texts
        self._kept = pl.Series([], dtype=self.texts)  # the numbers live as long as a series that uses them
        self._compute = compute
        self.results = pl.DataFrame()  # has columns from the first `extend` on

    def extend(self, highest: int | None) -> None:
        """Compute the results of all texts up to this number (None: of no more)."""
        wanted = 0 if highest is None else highest + 1
        known = self.results.height
        if self.results.width and wanted <= known:  # nearly always
            return
        new = pl.arange(known, wanted, dtype=pl.UInt32, eager=True).cat.to(self.texts)
        computed = self._compute(new.cast(pl.String))
        self.results = pl.concat([self.results, computed]) if known else computed
