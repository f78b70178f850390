"""The vault: the original identity behind each token, and the rejected rows as they arrived; both sealed.

Nothing here commits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import polars as pl
import psycopg
from numpy.typing import NDArray

from employment_warehouse import settings
from employment_warehouse.contract import Column, Contract
from employment_warehouse.identity import place, seal_all
from employment_warehouse.landing import arrays
from employment_warehouse.landing.ledger import Delivery
from employment_warehouse.landing.queries import query

# The feed that says who somebody is: what a county's register has of a person replaces what the county sent before.
REGISTER = "labor_register"
TABLES = {"persons": "person", "bank_accounts": "bank_account"}
NO_KEY = np.iinfo(np.uint64).max
HASH = np.dtype(">u8")
DETAIL_BITS = 24

Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class Identity:
    """A column of a feed that identifies persons or bank accounts: its landing column, the vault table, the sealed
    values (name in the sealed JSON → contract column), and the landing columns of those that are sealed again when they
    change.
    """

    landing_column: str
    table: str  # persons · bank_accounts
    sealed: dict[str, str]
    details: tuple[str, ...] = ()

    def hashes(self, rows: pl.DataFrame) -> Hashes:
        """What shows whether the vault has the identities of these landing rows, with their details.

        Eight bytes for each: the first ones of the key (0.13 s of 3.4 s for 1.44 million rows). Where
        there are details, the last three are of both.
        """
        hashes = _hashes(rows[self.landing_column])
        for column in self.details:
            hashes = hashes ^ (_hashes(rows[column]) >> np.uint64(64 - DETAIL_BITS))
        return hashes


@dataclass(frozen=True)
class SealedIdentities:
    """Persons or accounts: their keys, their sealed values, and what shows next time that the vault has them."""

    keys: pl.Series
    values: list[bytes]
    hashes: Hashes


def identity_columns(contract: Contract) -> list[Identity]:
    """The identities that the vault stores for a feed. The row's person is sealed with name and mobile."""
    columns = (column for column in contract.columns if column.type.identity in ("person", "account"))
    return [_identity(contract, column) for column in columns]


def _identity(contract: Contract, column: Column) -> Identity:
    landing_column = contract.landing_name(column)
    if column.type.identity == "account":
        return Identity(landing_column, "bank_accounts", {"bank_account": column.name})
    sealed = {"id_number": column.name}
    details: dict[str, str] = {}
    if column.name == contract.person_column:
        mobiles = [other.name for other in contract.columns if other.type.identity == "mobile"]
        details |= {"full_name": contract.name_column} if contract.name_column else {}
        details |= {"mobile": mobiles[0]} if mobiles else {}
    landed = [contract.landing_name(contract.column(name)) for name in details.values()]
    return Identity(landing_column, "persons", sealed | details, tuple(landed) if contract.feed == REGISTER else ())


class KnownIdentities:
    """The identities that the vault has, by the first eight bytes of their keys, which are uniformly distributed."""

    def __init__(self, hashes: Hashes) -> None:
        """hashes: in any order."""
        self._hashes = np.append(hashes, NO_KEY)
        self._hashes.sort()
        bits = max(1, len(self._hashes).bit_length() - 2)  # about four hashes share these first bits
        self._shift = np.uint64(64 - bits)
        first = np.arange(1 << bits, dtype=np.uint64) << self._shift
        self._starts = np.searchsorted(self._hashes, first).astype(np.int32)

    def lacks(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Which of these are unknown; the look-up is faster if they are sorted."""
        position = self._starts[hashes >> self._shift]
        before = np.flatnonzero(self._hashes[position] < hashes)
        while len(before):
            position[before] += 1
            before = before[self._hashes[position[before]] < hashes[before]]
        lacks: NDArray[np.bool_] = self._hashes[position] != hashes
        return lacks


def known_identities(connection: psycopg.Connection, feed: str, unit: str) -> KnownIdentities:
    """The identities that the vault has from this unit's deliveries of the feed, or from its register; for a register,
    as it last had them.
    """
    parameters = {"feed": feed, "unit": unit, "register": REGISTER}
    with connection.cursor(binary=True) as cursor:
        row = cursor.execute(query("known_details" if feed == REGISTER else "known_identities"), parameters).fetchone()
    hashes = np.frombuffer((row and row[0]) or b"", HASH).astype(np.uint64)
    return KnownIdentities(_latest(hashes) if feed == REGISTER else hashes)


def _latest(hashes: Hashes) -> Hashes:
    """Of those that differ in their details alone the last one."""
    keys = hashes >> np.uint64(DETAIL_BITS)
    in_order = np.argsort(keys, kind="stable")
    keys = keys[in_order]
    is_last = np.ones(len(keys), np.bool_)
    is_last[:-1] = keys[1:] != keys[:-1]
    latest: Hashes = hashes[in_order[is_last]]
    return latest


def seal_unknown(
    identity: Identity, good: pl.DataFrame, rows: pl.DataFrame, known: KnownIdentities
) -> SealedIdentities:
    """Seal the identities in these rows that are not known."""
    hashes = identity.hashes(rows)
    in_order = np.sort(hashes)
    unknown = in_order[known.lacks(in_order)]
    if not len(unknown):  # the usual case
        return SealedIdentities(pl.Series([], dtype=pl.Binary), [], unknown)
    values = [good[column].alias(name) for name, column in identity.sealed.items()]
    identities = pl.DataFrame([rows[identity.landing_column].alias("key"), pl.Series("hash", hashes), *values])
    identities = identities.filter(np.isin(hashes, unknown)).unique("key", keep="last")
    plains = identities.select(pl.struct(*identity.sealed).struct.json_encode()).to_series()
    column = f"vault.{TABLES[identity.table]}.sealed"
    places = [place(column, key) for key in identities["key"]]
    sealed = seal_all([plain.encode() for plain in plains], places)
    return SealedIdentities(identities["key"], sealed, identities["hash"].to_numpy())


def store_identities(
    connection: psycopg.Connection, delivery: Delivery, identity: Identity, unknown: SealedIdentities
) -> None:
    """Store the identities that the vault does not have, or has otherwise, and record all of them as known.

    A person is stored as the county that sends the file reports the person; whom no county has sent, for nobody.
    """
    if unknown.keys.is_empty():
        return
    values = {
        "keys": arrays.UuidArray(unknown.keys.to_list()),
        "sealed": arrays.ByteaArray(unknown.values),
        "key_version": settings.secret_keys().version,
        "county_code": delivery.unit if delivery.contract.unit == "county" else "",
    }
    if identity.details:
        _store_registered(connection, values, len(unknown.keys))
    else:
        connection.execute(query(f"store_{identity.table}"), values)
    known = {
        "digests": _hashes(unknown.keys).astype(HASH).tobytes(),
        "details": unknown.hashes.astype(HASH).tobytes() if identity.details else None,
    }
    connection.execute(query("insert_known_identities"), delivery.__dict__ | known)


def _store_registered(connection: psycopg.Connection, values: dict[str, object], persons: int) -> None:
    """Twice where another ingest of the county has stored some of them meanwhile, unseen by the first statement."""
    statement = query("store_registered_persons")
    if connection.execute(statement, values).fetchone() != (persons,):
        connection.execute(statement, values)


def _hashes(keys: pl.Series) -> Hashes:
    eight = keys.bin.slice(0, 8).bin.reinterpret(dtype=pl.UInt64, endianness="big")
    return eight.fill_null(NO_KEY).to_numpy()


def store_rejected(connection: psycopg.Connection, delivery_id: int, rejected: pl.DataFrame) -> None:
    """Store entries of `Checked.rejected`; each is sealed as JSON: `value`, `row` (header text → cell)."""
    if rejected.is_empty():
        return
    key_version = settings.secret_keys().version
    plains = [
        f'{{"value": {json.dumps(value, ensure_ascii=False)}, "row": {row}}}'.encode()
        for value, row in rejected.select("value", "row_json").iter_rows()
    ]
    cells = rejected.select("sheet", "line", "column_name", "reason").rows()
    places = [rejected_place(delivery_id, sheet, line, column) for sheet, line, column, _ in cells]
    with connection.cursor() as cursor, cursor.copy(query("copy_rejected")) as copy:
        for cell, sealed in zip(cells, seal_all(plains, places), strict=True):
            copy.write_row((delivery_id, *cell, key_version, sealed))


def rejected_place(delivery_id: int, sheet: str, line: int, column_name: str) -> bytes:
    """Where a rejected cell is sealed."""
    return place("vault.rejected_row.sealed", delivery_id, sheet, line, column_name)
