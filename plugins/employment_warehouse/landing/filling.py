"""The rows of one delivery: read, checked, made anonymous and copied in, a thread for each.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl
import psycopg

from employment_warehouse.checking import Checked, check_table
from employment_warehouse.checking.repeated import repeated_rows
from employment_warehouse.contract import Contract
from employment_warehouse.landing.copying import RowCopy, encode_rows
from employment_warehouse.landing.identify import Anonymiser
from employment_warehouse.landing.ledger import Counts, Delivery
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.repeats import KeyLog
from employment_warehouse.landing.vault import (
    Sealed,
    identity_columns,
    keep_rejected,
    known_digests,
    remember,
    seal_unknown,
)
from employment_warehouse.reading import TextTable
from employment_warehouse.reading.prefetch import prefetch

PLACE = ["sheet", "line"]


@dataclass(frozen=True)
class Batch:
    """A stretch of rows, ready to go in: nothing of it is kept that is not needed any more.

    encoded: the good rows, for COPY. places: their `sheet` and `line`. keys: their key, as landed. unknown: who
    stands in them and may be new to the vault, sealed, for each of the contract's identity columns.
    """

    rows_read: int
    rejected: pl.DataFrame
    encoded: list[bytes]
    places: pl.DataFrame
    keys: pl.DataFrame
    unknown: list[Sealed]

    @property
    def is_for_the_vault(self) -> bool:
        """Whether something of it goes there."""
        return not (self.rejected.is_empty() and all(people.keys.is_empty() for people in self.unknown))


def fill(connection: psycopg.Connection, delivery: Delivery, read: Callable[[], TextTable]) -> Counts:
    """Copy in a delivery's rows, rejected rows and new identities.

    Of rows with one key the last stays (sheets in the workbook's order, then lines), the others are rejected.
    Memory does not grow with the file. Raises Refused.
    """
    contract = delivery.contract
    identities = identity_columns(contract)
    key = _key_columns(contract)

    anonymiser = Anonymiser(contract)

    def ready(checked: Checked) -> Batch:
        rows = anonymiser.landing_rows(checked.good)
        in_vault = known.result()
        return Batch(
            rows_read=checked.rows_read,
            rejected=checked.rejected,
            encoded=encode_rows(rows, delivery.delivery_id),
            places=rows.select(PLACE),
            keys=rows.select(key),
            unknown=[seal_unknown(identity, checked.good, rows, in_vault) for identity in identities],
        )

    sheets: list[str] = []
    with (
        ThreadPoolExecutor(1, "vault") as beside,
        KeyLog() as seen,
        RowCopy(connection, delivery.feed) as copy,
    ):
        # The connection is free for the batches when the first of them is ready, which waits for this.
        known = beside.submit(known_digests, connection, delivery.feed, delivery.unit)
        table = read()
        counts = Counts(extra_columns=list(table.extra))
        for batch in prefetch(map(ready, prefetch(check_table(table, contract, _expected(delivery))))):
            if batch.is_for_the_vault:
                copy.end()
                keep_rejected(connection, delivery.delivery_id, batch.rejected)
                for identity, unknown in zip(identities, batch.unknown, strict=True):
                    remember(connection, delivery, identity, unknown)
            copy.write(batch.encoded)
            counts.rows_read += batch.rows_read
            counts.rows_rejected += batch.rejected.select(PLACE).n_unique()
            seen.write(batch.keys, batch.places["line"])
            sheets += [sheet for sheet in batch.places["sheet"].unique() if sheet not in sheets]
        suspects = seen.repeated_lines()
    counts.rows_landed = copy.rows
    if suspects:
        repeated = _remove_repeated(connection, delivery, sheets, suspects)
        counts.rows_landed -= repeated.height
        counts.rows_rejected += repeated.height
        for entries in repeated_rows(read(), contract, repeated):
            keep_rejected(connection, delivery.delivery_id, entries)
    counts.notes = list(table.notes)
    counts.sheets = sheets
    return counts


def refill(connection: psycopg.Connection, delivery: Delivery, read: Callable[[], TextTable]) -> int:
    """Copy in once more the rows that a delivery has landed; how many."""
    contract = delivery.contract
    places = connection.execute(query("repeated_rows"), {"delivery_id": delivery.delivery_id}).fetchall()
    repeated = _places(places)

    anonymiser = Anonymiser(contract)

    def ready(checked: Checked) -> list[bytes]:
        good = checked.good.join(repeated, on=PLACE, how="anti")
        return encode_rows(anonymiser.landing_rows(good), delivery.delivery_id)

    batches = prefetch(map(ready, prefetch(check_table(read(), contract, _expected(delivery)))))
    with RowCopy(connection, delivery.feed) as copy:
        for encoded in batches:
            copy.write(encoded)
    return copy.rows


def _expected(delivery: Delivery) -> dict[str, str]:
    """What the path says of every row."""
    unit_column = delivery.contract.unit_column
    return {unit_column: delivery.unit} if unit_column else {}


def _key_columns(contract: Contract) -> list[str]:
    """The contract's key, as it has landed."""
    return [contract.landing_columns_of(contract.column(name))[0][0] for name in contract.key]


def _remove_repeated(
    connection: psycopg.Connection, delivery: Delivery, sheets: list[str], suspects: list[int]
) -> pl.DataFrame:
    """Where the rows stood that a later row of the same key has replaced."""
    given = {
        "feed": delivery.feed,
        "delivery_id": delivery.delivery_id,
        "key": _key_columns(delivery.contract),
        "sheets": sheets,
        "suspects": suspects,
    }
    return _places(connection.execute(query("remove_repeated"), given).fetchall())


def _places(rows: list[tuple[str, int]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"sheet": pl.String, "line": pl.Int64}, orient="row")
