"""Chunks of CSV that polars may cut as they are: as a rule, nearly all."""

from __future__ import annotations

from codecs import BOM_UTF8

import numpy as np

from employment_warehouse.reading.octets import Octets, edges_of, neighbours, octets_of
from employment_warehouse.reading.records import Dialect


class PlainChunks:
    """Recognises chunks whose records are their lines and whose cells are what the delimiters separate."""

    def __init__(self, dialect: Dialect, width: int) -> None:
        self._dialect = dialect
        self._width = width
        self._is_edge = edges_of(dialect)
        # What polars would read in its own way: a NUL, an escape, a byte order mark at the beginning.
        self._special = [mark for mark in (b"\0", dialect.escape.encode()) if mark]

    def is_plain(self, chunk: bytes, line_count: int) -> bool:
        """Whether a chunk is plain and has as many cells on average as it should: then, if polars finds no record with
        too many, none has too few, which polars would fill up.
        """
        octets = octets_of(chunk)
        return (
            self._width > 1
            and chunk.endswith(b"\n")
            and not chunk.startswith(BOM_UTF8)
            and not any(mark in chunk for mark in self._special)
            and (b"\r" not in chunk or chunk.count(b"\r") == chunk.count(b"\r\n"))
            and np.count_nonzero(octets == ord(self._dialect.delimiter)) == line_count * (self._width - 1)
            and self._quotes_nothing(chunk, octets)
        )

    def _quotes_nothing(self, chunk: bytes, octets: Octets) -> bool:
        """Whether quotation marks stand for empty cells at most, as some programs write them: `,"",`."""
        quote = ord(self._dialect.quote)
        if chunk.find(quote) < 0:
            return True
        at = np.flatnonzero(octets == quote)
        first, second = at[0::2], at[1::2]
        if self._dialect.bare_quotes or len(at) % 2 or (second != first + 1).any():
            return False
        around = np.concatenate([neighbours(octets, first, -1), neighbours(octets, second, +1)])
        return bool((self._is_edge[around] & (around != quote)).all())
