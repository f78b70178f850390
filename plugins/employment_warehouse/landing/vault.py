"""The vault: who stands behind a token, sealed; and the rows that were rejected, sealed as they came.

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
from employment_warehouse.identity import seal_all
from employment_warehouse.landing import arrays
from employment_warehouse.landing.ledger import Delivery
from employment_warehouse.landing.queries import query

# The feed that says which county a person belongs to; what it says replaces what another feed has sealed.
REGISTER = "labor_register"
NOBODY = np.iinfo(np.uint64).max
DIGEST = np.dtype(">u8")

Digests = NDArray[np.uint64]


@dataclass(frozen=True)
class Identity:
    """A column of a feed that names persons or accounts: its landing column, which of both it names, and what is
    sealed (name in the sealed JSON → contract column).
    """

    landing_column: str
    names: str  # persons · bank_accounts
    sealed: dict[str, str]


@dataclass(frozen=True)
class Sealed:
    """People or accounts: their keys, and what is known of each, sealed."""

    keys: pl.Series
    values: list[bytes]


def identity_columns(contract: Contract) -> list[Identity]:
    """What the vault remembers of a feed. The row's person is sealed with name and mobile."""
    named = (column for column in contract.columns if column.type.identity in ("person", "account"))
    return [_identity(contract, column) for column in named]


def _identity(contract: Contract, column: Column) -> Identity:
    landing_column = contract.landing_columns_of(column)[0][0]
    if column.type.identity == "account":
        return Identity(landing_column, "bank_accounts", {"bank_account": column.name})
    sealed = {"id_number": column.name}
    if column.name == contract.person_column:
        mobiles = [other.name for other in contract.columns if other.type.identity == "mobile"]
        sealed |= {"full_name": contract.name_column} if contract.name_column else {}
        sealed |= {"mobile": mobiles[0]} if mobiles else {}
    return Identity(landing_column, "persons", sealed)


class Known:
    """Those whom the vault has, by the first eight bytes of their keys, which are as good as drawn by lot."""

    def __init__(self, told: bytes) -> None:
        """told: digests, big-endian, in any order."""
        self._digests = np.full(len(told) // DIGEST.itemsize + 1, NOBODY, np.uint64)
        self._digests[:-1] = np.frombuffer(told, DIGEST)
        self._digests.sort()
        bits = max(1, len(self._digests).bit_length() - 2)  # some four digests have the same first bits
        self._shift = np.uint64(64 - bits)
        first = np.arange(1 << bits, dtype=np.uint64) << self._shift
        self._starts = np.searchsorted(self._digests, first).astype(np.int32)

    def lacks(self, digests: Digests) -> NDArray[np.bool_]:
        """Which of these it does not have; in order they are looked up faster."""
        at = self._starts[digests >> self._shift]
        while (before := self._digests[at] < digests).any():
            at += before
        lacks: NDArray[np.bool_] = self._digests[at] != digests
        return lacks


def known_digests(connection: psycopg.Connection, feed: str, unit: str) -> Known:
    """Whom the vault has from this unit's deliveries of the feed, or from its register."""
    given = {"feed": feed, "unit": unit, "register": REGISTER}
    with connection.cursor(binary=True) as cursor:
        row = cursor.execute(query("known"), given).fetchone()
    return Known((row and row[0]) or b"")


def seal_unknown(identity: Identity, good: pl.DataFrame, rows: pl.DataFrame, known: Known) -> Sealed:
    """Those who stand in these rows and are not known."""
    keys = rows[identity.landing_column]
    digests = _digests(keys)
    in_order = np.sort(digests)
    unknown = in_order[known.lacks(in_order)]
    if not len(unknown):  # as a rule
        return Sealed(pl.Series([], dtype=pl.Binary), [])
    told = [good[column].alias(name) for name, column in identity.sealed.items()]
    people = pl.DataFrame([keys.alias("key"), *told]).filter(np.isin(digests, unknown)).unique("key", keep="last")
    plains = people.select(pl.struct(*identity.sealed).struct.json_encode()).to_series()
    return Sealed(people["key"], seal_all([plain.encode() for plain in plains]))


def remember(connection: psycopg.Connection, delivery: Delivery, identity: Identity, unknown: Sealed) -> None:
    """Keep those that the vault does not have, and note that it has them all."""
    if unknown.keys.is_empty():
        return
    is_register = delivery.feed == REGISTER and identity.names == "persons"
    values = {
        "keys": arrays.UuidArray(unknown.keys.to_list()),
        "sealed": arrays.ByteaArray(unknown.values),
        "key_version": settings.secret_keys().version,
        "county_code": delivery.unit if is_register else None,
    }
    remembered = connection.execute(query(f"remember_{identity.names}"), values).rowcount
    if is_register and remembered < len(unknown.keys):
        connection.execute(query("register_persons"), values)
    digests = _digests(unknown.keys).astype(DIGEST).tobytes()
    connection.execute(query("add_known"), delivery.__dict__ | {"digests": digests})


def _digests(keys: pl.Series) -> Digests:
    eight = keys.bin.slice(0, 8).bin.reinterpret(dtype=pl.UInt64, endianness="big")
    return eight.fill_null(NOBODY).to_numpy()


def keep_rejected(connection: psycopg.Connection, delivery_id: int, rejected: pl.DataFrame) -> None:
    """Keep entries of `Checked.rejected`; sealed with each is JSON: `value`, `row` (header text → cell)."""
    if rejected.is_empty():
        return
    key_version = settings.secret_keys().version
    plains = [
        f'{{"value": {json.dumps(value, ensure_ascii=False)}, "row": {row}}}'.encode()
        for value, row in rejected.select("value", "row_json").iter_rows()
    ]
    places = rejected.select("sheet", "line", "column_name", "reason").iter_rows()
    with connection.cursor() as cursor, cursor.copy(query("copy_rejected")) as copy:
        for place, sealed in zip(places, seal_all(plains), strict=True):
            copy.write_row((delivery_id, *place, key_version, sealed))
