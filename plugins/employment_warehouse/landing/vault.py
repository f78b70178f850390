"""The vault: who stands behind a token, sealed; and the rows that were rejected, sealed as they came."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Self

import polars as pl
import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import sql

from employment_warehouse import settings
from employment_warehouse.contract import Column, Contract
from employment_warehouse.identity import seal_all
from employment_warehouse.landing.ledger import LandedDelivery
from employment_warehouse.landing.queries import query

# The feed that says which county a person belongs to; what it says replaces what another feed has sealed.
REGISTER = "labor_register"
# From here on a delivery is taken to bring more new people than known ones, and none is looked up.
MANY_NEW_KEYS = 100_000


class SetAside:
    """Frames put aside until it is known what of them is needed: in a file without a name, encrypted with a
    key that only this process holds, so that neither memory grows nor an identity stays on the disk.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=settings.current_home().run)  # noqa: SIM115  closed below
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._sizes: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, frame: pl.DataFrame) -> None:
        """Append one frame."""
        plain = io.BytesIO()
        frame.write_ipc(plain)
        nonce = os.urandom(12)
        self._sizes.append(self._file.write(nonce + self._cipher.encrypt(nonce, plain.getbuffer(), None)))

    def frames(self) -> Iterator[pl.DataFrame]:
        """The frames, in order."""
        self._file.seek(0)
        for size in self._sizes:
            sealed = self._file.read(size)
            yield pl.read_ipc(io.BytesIO(self._cipher.decrypt(sealed[:12], sealed[12:], None)))


@dataclass(frozen=True)
class Identity:
    """A column of a feed that names persons or accounts: its landing column, the vault that remembers what
    stands behind it, and what is sealed (name in the sealed JSON → contract column).
    """

    landing_column: str
    vault: str
    vault_key: str
    sealed: dict[str, str]


def identity_columns(contract: Contract) -> list[Identity]:
    """What the vault remembers of a feed. The row's person is sealed with name and mobile."""
    named = (column for column in contract.columns if column.type in ("id_number", "bank_account"))
    return [_identity(contract, column) for column in named]


def _identity(contract: Contract, column: Column) -> Identity:
    landing_column = contract.landing_columns_of(column)[0][0]
    if column.type == "bank_account":
        return Identity(landing_column, "bank_account", "account_key", {"bank_account": column.name})
    sealed = {"id_number": column.name}
    if column.name == contract.person_column:
        sealed |= {"full_name": contract.name_column} if contract.name_column else {}
        mobiles = [other.name for other in contract.columns if other.type == "mobile"]
        sealed |= {"mobile": mobiles[0]} if mobiles else {}
    return Identity(landing_column, "person", "person_key", sealed)


def to_set_aside(identity: Identity, good: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """`key` and what is to be sealed under it, each key once (its last row)."""
    told = [good[column].alias(name) for name, column in identity.sealed.items()]
    return (
        pl.DataFrame([rows[identity.landing_column].alias("key"), *told]).drop_nulls("key").unique("key", keep="last")
    )


def remember(connection: psycopg.Connection, delivery: LandedDelivery, identity: Identity, aside: SetAside) -> None:
    """Seal those persons or accounts of a landed delivery that the vault does not know."""
    county = delivery.unit if delivery.feed == REGISTER else None
    unknown = _unknown_keys(connection, delivery, identity, county)
    if unknown.is_empty():
        return
    statement = query(f"remember_{identity.vault}")
    is_unknown = pl.lit(True) if len(unknown) > MANY_NEW_KEYS else pl.col("key").is_in(unknown.implode())
    for frame in aside.frames():
        fresh = frame.filter(is_unknown)
        told = fresh.select(pl.struct(*identity.sealed).struct.json_encode()).to_series()
        values = {
            "keys": fresh["key"].to_list(),
            "sealed": seal_all([plain.encode() for plain in told]),
            "key_version": settings.secret_keys().version,
            "county_code": county,
        }
        remembered = connection.execute(statement, values).rowcount
        if county and remembered < fresh.height:
            connection.execute(query("register_person"), values)


def _unknown_keys(
    connection: psycopg.Connection, delivery: LandedDelivery, identity: Identity, county: str | None
) -> pl.Series:
    """Keys of the delivery that the vault lacks; not more than one above MANY_NEW_KEYS."""
    found = connection.execute(
        sql.SQL(
            """
            select distinct replace(landed.{column}::text, '-', '')
            from landing.{feed} as landed
            where landed.delivery_id = %(delivery_id)s and landed.{column} is not null
                and not exists (
                    select from vault.{vault} as known where known.{key} = landed.{column} {register}
                )
            limit %(limit)s
            """
        ).format(
            column=sql.Identifier(identity.landing_column),
            feed=sql.Identifier(delivery.feed),
            vault=sql.Identifier(identity.vault),
            key=sql.Identifier(identity.vault_key),
            register=sql.SQL("and known.county_code is not null" if county else ""),
        ),
        {"delivery_id": delivery.delivery_id, "limit": MANY_NEW_KEYS + 1},
    )
    return pl.Series("key", [key for (key,) in found], dtype=pl.String)


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
