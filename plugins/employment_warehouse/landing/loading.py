"""The rows of one delivery, stored: copied to landing, and to the vault what it lacks.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import polars as pl
import psycopg

from employment_warehouse.checking.repeated_rows import repeated_rows
from employment_warehouse.contract import column_label
from employment_warehouse.landing.copying import RowCopy
from employment_warehouse.landing.ledger import Counts, Delivery
from employment_warehouse.landing.preparing import PLACE, Preparation, PreparedFrame
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.repeated_keys import KeyLog
from employment_warehouse.landing.vault import known_identities, store_identities, store_rejected
from employment_warehouse.reading import TextTable


def load_rows(connection: psycopg.Connection, delivery: Delivery, read: Callable[[], TextTable]) -> Counts:
    """Store a delivery's rows, rejected rows and new identities.

    Of rows with the same key the last one counts (sheets in the workbook's order, then lines); the others are rejected.
    Memory does not grow with the file. Raises Refused.
    """
    preparation = Preparation(connection, delivery)
    with ThreadPoolExecutor(1, "vault") as vault_reader, KeyLog() as keys, RowCopy(connection, delivery.feed) as copy:
        # The first frame waits for this query, so the connection is free when the first rows are written.
        known = vault_reader.submit(known_identities, connection, delivery.feed, delivery.unit)
        table = read()
        counts = Counts(extra_columns=[column_label(text, at) for text, at in table.extra.items()])
        for frame in preparation.of_table(table, partial(preparation.frame, known=known)):
            if frame.changes_vault:
                copy.flush()
                _store_in_vault(connection, delivery, frame)
            copy.write(frame.encoded)
            keys.write(frame.keys, frame.places["line"])
            _count(counts, frame)
        suspects = keys.repeated_lines()
    counts.rows_landed = copy.rows
    counts.notes = list(table.notes)
    if suspects:
        _reject_repeated(connection, delivery, counts, suspects, read)
    return counts


def reload_rows(connection: psycopg.Connection, delivery: Delivery, read: Callable[[], TextTable]) -> int:
    """Store again the rows that a delivery landed earlier; how many."""
    preparation = Preparation(connection, delivery)
    repeated = connection.execute(query("duplicate_key_rows"), {"delivery_id": delivery.delivery_id}).fetchall()
    frames = preparation.of_table(read(), partial(preparation.rows_again, without=_places(repeated)))
    with RowCopy(connection, delivery.feed) as copy:
        for encoded in frames:
            copy.write(encoded)
    return copy.rows


def _store_in_vault(connection: psycopg.Connection, delivery: Delivery, frame: PreparedFrame) -> None:
    store_rejected(connection, delivery.delivery_id, frame.rejected)
    for identity, unknown in frame.unknown:
        store_identities(connection, delivery, identity, unknown)


def _count(counts: Counts, frame: PreparedFrame) -> None:
    counts.rows_read += frame.rows_read
    counts.rows_rejected += frame.rejected.select(PLACE).n_unique()
    counts.sheets += [sheet for sheet in frame.places["sheet"].unique() if sheet not in counts.sheets]


def _reject_repeated(
    connection: psycopg.Connection,
    delivery: Delivery,
    counts: Counts,
    suspects: list[int],
    read: Callable[[], TextTable],
) -> None:
    """Delete rows that a later row with the same key replaces, and store them as rejected, as they are read again."""
    parameters = {
        "feed": delivery.feed,
        "delivery_id": delivery.delivery_id,
        "key": delivery.contract.landing_key,
        "sheets": counts.sheets,
        "suspects": suspects,
    }
    repeated = _places(connection.execute(query("remove_repeated"), parameters).fetchall())
    counts.rows_landed -= repeated.height
    counts.rows_rejected += repeated.height
    for entries in repeated_rows(read(), delivery.contract, repeated):
        store_rejected(connection, delivery.delivery_id, entries)


def _places(rows: list[tuple[str, int]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"sheet": pl.String, "line": pl.Int64}, orient="row")
