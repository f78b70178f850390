"""Texts that come again and again in a column: what each stands for is found out once.

Such a column is a series of categories; a text's number is its place among them.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

# A column that has more texts does not repeat itself.
MOST_TEXTS = 4096


def categories() -> pl.DataType:
    """A type for a column of texts, with numbers of its own."""
    return pl.Categorical(pl.Categories.random())


class Vocabulary:
    """The texts of some categories, and what is known of each, by its number."""

    def __init__(self, texts: pl.DataType, tell: Callable[[pl.Series], pl.DataFrame]) -> None:
        """texts: as `categories` makes them. tell: what is known of texts, a row for each."""
        self.texts = texts
        self._kept = pl.Series([], dtype=self.texts)  # the numbers live as long as a series that uses them
        self._tell = tell
        self.told = tell(pl.Series([], dtype=pl.String))

    def learn(self, highest: int | None) -> None:
        """Find out about all texts up to this number (None: about none)."""
        if highest is None or highest < self.told.height:  # as a rule
            return
        new = pl.arange(self.told.height, highest + 1, dtype=pl.UInt32, eager=True).cat.to(self.texts)
        self.told = pl.concat([self.told, self._tell(new.cast(pl.String))])
