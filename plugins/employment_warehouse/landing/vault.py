"""The vault: who stands behind a token, sealed; and the rows that were rejected, sealed as they came.

Nothing here commits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import polars as pl
import psycopg

from employment_warehouse import settings
from employment_warehouse.contract import Column, Contract
from employment_warehouse.identity import seal_all
from employment_warehouse.landing.ledger import LandedDelivery
from employment_warehouse.landing.queries import query

# The feed that says which county a person belongs to; what it says replaces what another feed has sealed.
REGISTER = "labor_register"
NOBODY = np.iinfo(np.uint64).max


@dataclass(frozen=True)
class Identity:
    """A column of a feed that names persons or accounts: its landing column, which of both it names, and what is
    sealed (name in the sealed JSON → contract column).
    """

    landing_column: str
    names: str  # persons · bank_accounts
    sealed: dict[str, str]


def identity_columns(contract: Contract) -> list[Identity]:
    """What the vault remembers of a feed. The row's person is sealed with name and mobile."""
    named = (column for column in contract.columns if column.type in ("id_number", "bank_account"))
    return [_identity(contract, column) for column in named]


def _identity(contract: Contract, column: Column) -> Identity:
    landing_column = contract.landing_columns_of(column)[0][0]
    if column.type == "bank_account":
        return Identity(landing_column, "bank_accounts", {"bank_account": column.name})
    sealed = {"id_number": column.name}
    if column.name == contract.person_column:
        mobiles = [other.name for other in contract.columns if other.type == "mobile"]
        sealed |= {"full_name": contract.name_column} if contract.name_column else {}
        sealed |= {"mobile": mobiles[0]} if mobiles else {}
    return Identity(landing_column, "persons", sealed)


def known_persons(connection: psycopg.Connection, county: str) -> np.ndarray:
    """The people of a county whom the vault has: the first eight bytes of their keys, in order (UInt64)."""
    with connection.cursor(binary=True) as cursor:
        row = cursor.execute(query("known_persons"), {"county": county}).fetchone()
    known = np.frombuffer((row and row[0]) or b"", ">u8")
    return np.append(known.astype(np.uint64), NOBODY)


def unknown_in(identity: Identity, good: pl.DataFrame, rows: pl.DataFrame, known: np.ndarray) -> pl.DataFrame:
    """Who stands in these rows and is not known: `key`, and what is to be sealed under it; each key once."""
    keys = rows[identity.landing_column]
    digests = keys.bin.slice(0, 8).bin.reinterpret(dtype=pl.UInt64, endianness="big").fill_null(NOBODY).to_numpy()
    in_order = np.sort(digests)  # neighbours are looked up three times as fast
    unknown = in_order[known[np.searchsorted(known, in_order)] != in_order]
    told = [good[column].alias(name) for name, column in identity.sealed.items()]
    people = pl.DataFrame([keys.alias("key"), *told])
    if not len(unknown):  # as a rule
        return people.clear()
    return people.filter(np.isin(digests, unknown)).unique("key", keep="last")


def remember(
    connection: psycopg.Connection, delivery: LandedDelivery, identity: Identity, unknown: pl.DataFrame
) -> None:
    """Seal those that the vault does not have."""
    if unknown.is_empty():
        return
    is_register = delivery.feed == REGISTER and identity.names == "persons"
    plains = unknown.select(pl.struct(*identity.sealed).struct.json_encode()).to_series()
    values = {
        "keys": unknown["key"].bin.encode("hex").to_list(),
        "sealed": seal_all([plain.encode() for plain in plains]),
        "key_version": settings.secret_keys().version,
        "county_code": delivery.unit if is_register else None,
    }
    remembered = connection.execute(query(f"remember_{identity.names}"), values).rowcount
    if is_register and remembered < unknown.height:
        connection.execute(query("register_persons"), values)


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
