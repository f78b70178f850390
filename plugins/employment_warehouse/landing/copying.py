"""Landing rows into their table: COPY in PostgreSQL's binary form.

Half the server's work of CSV (300,000 rows of labor_register, CPU seconds of the server: CSV 0.76, text 0.71,
binary 0.38; a bare COPY of the file into texts 0.39): it parses no UUIDs, dates or numbers.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from types import TracebackType
from typing import Self

import polars as pl
import psycopg
from pgpq import ArrowToPostgresBinaryEncoder
from psycopg import sql

from employment_warehouse.contract import contract

ROWS_AT_ONCE = 4096  # what is encoded of them stays in the processor's cache
JSONB_VERSION = "\x01"
# PostgreSQL's manual, COPY, Binary Format: signature, no flags, no extension; and a tuple of -1 fields.
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"


def encode_rows(rows: pl.DataFrame, delivery_id: int) -> list[bytes]:
    """Landing rows as binary COPY wants them, in pieces."""
    wire = rows.with_columns(
        pl.lit(delivery_id, pl.Int64).alias("delivery_id"),
        pl.col("line").cast(pl.Int32),
        (JSONB_VERSION + pl.col("extra")).alias("extra"),
    ).select("delivery_id", pl.exclude("delivery_id"))
    table = wire.to_arrow(compat_level=pl.CompatLevel.oldest())
    encoder = ArrowToPostgresBinaryEncoder(table.schema)
    encoder.write_header()  # it insists on both ends, which RowCopy writes
    return [*map(encoder.write_batch, table.to_batches(ROWS_AT_ONCE)), encoder.finish().removesuffix(TRAILER)]


class BrokenOff(Exception):
    """All that the server is told of why a COPY ends before its end: an error's words may quote a value."""


class RowCopy:
    """COPY into landing.<feed>, which stays open from batch to batch for as long as nothing else is to be said.

    Each statement takes 16 MB of the server's buffers for itself: one for every batch would go through all of them.
    Left by an error, it takes back what the open statement had; what `end` had ended is the caller's to roll back.
    """

    def __init__(self, connection: psycopg.Connection, feed: str) -> None:
        self._cursor = connection.cursor()
        self._statement = _statement(feed)
        self._open = ExitStack()
        self._copy: psycopg.Copy | None = None
        self.rows = 0  # that have gone in

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self.end()
        else:
            self._open.__exit__(BrokenOff, BrokenOff(), None)

    def write(self, encoded: list[bytes]) -> None:
        """Add rows, as `encode_rows` makes them. The connection is in use until `end`."""
        if self._copy is None:
            self._copy = self._open.enter_context(self._cursor.copy(self._statement))
            self._copy.write(HEADER)
        for piece in encoded:
            self._copy.write(piece)

    def end(self) -> None:
        """Let the rows so far go in; the connection is free until the next `write`."""
        if self._copy is None:
            return
        self._copy.write(TRAILER)
        self._copy = None
        self._open.close()
        self.rows += self._cursor.rowcount


@cache
def _statement(feed: str) -> sql.Composed:
    names = ("delivery_id", "sheet", "line", *(name for name, _ in contract(feed).landing_columns()), "extra")
    return sql.SQL("copy {} ({}) from stdin (format binary)").format(
        sql.Identifier("landing", feed), sql.SQL(", ").join(map(sql.Identifier, names))
    )
