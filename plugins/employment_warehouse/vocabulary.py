"""Texts that come again and again in a column: what each stands for is found out once."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl


class Vocabulary:
    """The texts seen so far, each with its number, and what is known of each, by number."""

    def __init__(self, tell: Callable[[pl.Series], pl.DataFrame]) -> None:
        """tell: what is known of texts, a row for each."""
        self.texts = pl.Categorical(pl.Categories.random())
        self._kept = pl.Series([], dtype=self.texts)  # the numbers live as long as a series that uses them
        self._tell = tell
        self.told = tell(pl.Series([], dtype=pl.String))

    def learn(self, texts: pl.Series, numbers: pl.Series) -> None:
        """Find out about those of the texts (with their numbers, from a cast to `texts`) that are new."""
        is_new = numbers >= self.told.height
        if not is_new.any():  # as a rule
            return
        seen = pl.DataFrame({"text": texts, "number": numbers}).filter(is_new)
        new = seen.unique("number").sort("number")["text"]
        self.told = pl.concat([self.told, self._tell(new)])
