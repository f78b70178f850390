"""The rows of one delivery: read, checked, tokenised and copied, each step in a thread of its own.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl
import psycopg

from employment_warehouse.checking import Checked, check_table
from employment_warehouse.checking.repeated import repeated_rows
from employment_warehouse.contract import column_label
from employment_warehouse.landing.copying import RowCopy, encode_rows
from employment_warehouse.landing.erased_persons import ErasedPersons, places_only
from employment_warehouse.landing.ledger import Counts, Delivery
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.repeated_keys import KeyLog
from employment_warehouse.landing.return_workbook import PLACES
from employment_warehouse.landing.tokenising import Tokeniser
from employment_warehouse.landing.vault import (
    SealedIdentities,
    identity_columns,
    known_identities,
    seal_unknown,
    store_identities,
    store_rejected,
)
from employment_warehouse.reading import TextTable
from employment_warehouse.reading.prefetch import prefetch

PLACE = ["sheet", "line"]


@dataclass(frozen=True)
class PreparedFrame:
    """A frame of rows that is ready to be stored; it holds only what is still needed.

    encoded: the good rows, for COPY. places: their `sheet` and `line`. keys: their key columns, as landed. unknown: for
    each identity column of the contract, the identities that the vault may not have yet, sealed.
    """

    rows_read: int
    rejected: pl.DataFrame
    encoded: list[bytes]
    places: pl.DataFrame
    keys: pl.DataFrame
    unknown: list[SealedIdentities]

    @property
    def changes_vault(self) -> bool:
        """Whether the vault needs to store something of it."""
        return not (self.rejected.is_empty() and all(identities.keys.is_empty() for identities in self.unknown))


def load_rows(connection: psycopg.Connection, delivery: Delivery, read: Callable[[], TextTable]) -> Counts:
    """Store a delivery's rows, rejected rows and new identities.

    Of rows with the same key the last one counts (sheets in the workbook's order, then lines); the others are rejected.
    Memory does not grow with the file. Raises Refused.
    """
    contract = delivery.contract
    identities = identity_columns(contract)
    key = contract.landing_key
    erased = ErasedPersons.of_delivery(connection, delivery.delivery_id)

    tokeniser = Tokeniser(contract)

    def prepare(checked: Checked) -> PreparedFrame:
        rows, good = tokeniser.landing_rows(checked.good), checked.good
        rejected = erased.emptied(checked.rejected)
        is_erased = erased.rows(rows, contract)
        if is_erased.any():
            rejected = pl.concat([rejected, places_only(rows.filter(is_erased).select(PLACE))])
            rows, good = rows.filter(~is_erased), good.filter(~is_erased)
        rows = erased.unmentioned(rows, contract)
        in_vault = known.result()
        return PreparedFrame(
            rows_read=checked.rows_read,
            rejected=rejected,
            encoded=encode_rows(rows, delivery.delivery_id),
            places=rows.select(PLACE),
            keys=rows.select(key),
            unknown=[seal_unknown(identity, good, rows, in_vault) for identity in identities],
        )

    sheets: list[str] = []
    with (
        ThreadPoolExecutor(1, "vault") as vault_reader,
        KeyLog() as key_log,
        RowCopy(connection, delivery.feed) as copy,
    ):
        # The first frame waits for this query, so the connection is free when the first rows are written.
        known = vault_reader.submit(known_identities, connection, delivery.feed, delivery.unit)
        table = read()
        counts = Counts(extra_columns=[column_label(text, at) for text, at in table.extra.items()])
        for frame in prefetch(
            map(prepare, prefetch(check_table(table, contract, _expected(delivery), _kept(delivery))))
        ):
            if frame.changes_vault:
                copy.flush()
                store_rejected(connection, delivery.delivery_id, frame.rejected)
                for identity, unknown in zip(identities, frame.unknown, strict=True):
                    store_identities(connection, delivery, identity, unknown)
            copy.write(frame.encoded)
            counts.rows_read += frame.rows_read
            counts.rows_rejected += frame.rejected.select(PLACE).n_unique()
            key_log.write(frame.keys, frame.places["line"])
            sheets += [sheet for sheet in frame.places["sheet"].unique() if sheet not in sheets]
        suspects = key_log.repeated_lines()
    counts.rows_landed = copy.rows
    if suspects:
        repeated = _remove_repeated(connection, delivery, sheets, suspects)
        counts.rows_landed -= repeated.height
        counts.rows_rejected += repeated.height
        for entries in repeated_rows(read(), contract, repeated):
            store_rejected(connection, delivery.delivery_id, entries)
    counts.notes = list(table.notes)
    counts.sheets = sheets
    return counts


def reload_rows(connection: psycopg.Connection, delivery: Delivery, read: Callable[[], TextTable]) -> int:
    """Store again the rows that a delivery has landed before; returns how many."""
    contract = delivery.contract
    places = connection.execute(query("duplicate_key_rows"), {"delivery_id": delivery.delivery_id}).fetchall()
    repeated = _places(places)
    erased = ErasedPersons.of_delivery(connection, delivery.delivery_id)

    tokeniser = Tokeniser(contract)

    def prepare(checked: Checked) -> list[bytes]:
        rows = tokeniser.landing_rows(checked.good.join(repeated, on=PLACE, how="anti"))
        kept = erased.unmentioned(rows.filter(~erased.rows(rows, contract)), contract)
        return encode_rows(kept, delivery.delivery_id)

    frames = prefetch(map(prepare, prefetch(check_table(read(), contract, _expected(delivery), _kept(delivery)))))
    with RowCopy(connection, delivery.feed) as copy:
        for encoded in frames:
            copy.write(encoded)
    return copy.rows


def _expected(delivery: Delivery) -> dict[str, str]:
    """The values that the path fixes for every row."""
    unit_column = delivery.contract.unit_column
    return {unit_column: delivery.unit} if unit_column else {}


def _kept(delivery: Delivery) -> Mapping[str, str]:
    """A row of a return workbook says which rejected row it corrects; of other unknown columns nothing is kept."""
    return PLACES if delivery.kind == "correction" else {}


def _remove_repeated(
    connection: psycopg.Connection, delivery: Delivery, sheets: list[str], suspects: list[int]
) -> pl.DataFrame:
    """Delete rows that a later row with the same key replaces; returns their `sheet` and `line`."""
    given = {
        "feed": delivery.feed,
        "delivery_id": delivery.delivery_id,
        "key": delivery.contract.landing_key,
        "sheets": sheets,
        "suspects": suspects,
    }
    return _places(connection.execute(query("remove_repeated"), given).fetchall())


def _places(rows: list[tuple[str, int]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"sheet": pl.String, "line": pl.Int64}, orient="row")
