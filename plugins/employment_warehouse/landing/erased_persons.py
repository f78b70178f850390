"""Who was erased: their marks, and the rows of new deliveries that name one of them.

A mark is the CMAC of a token, which leads to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import psycopg

from employment_warehouse import identity
from employment_warehouse.checking.rejected import REJECTED_SCHEMA
from employment_warehouse.contract import Column, Contract
from employment_warehouse.landing.erased_words import plain_texts
from employment_warehouse.landing.queries import query

REASON = "person_erased"


def marks_of(keys: pl.Series) -> pl.Series:
    """The marks of tokens (16 bytes each)."""
    return identity.tokens(keys.bin.encode("hex"), "erased")


@dataclass(frozen=True)
class ErasedPersons:
    """The persons and accounts that were erased, by their marks."""

    marks: frozenset[bytes]

    @classmethod
    def read(cls, connection: psycopg.Connection) -> ErasedPersons:
        return cls(frozenset(bytes(mark) for (mark,) in connection.execute(query("erased_marks"))))

    @classmethod
    def of_delivery(cls, connection: psycopg.Connection, delivery_id: int) -> ErasedPersons:
        """The persons whose rows a delivery must not have, read in the transaction that stores its rows: at the ingest,
        on a restore and in a rebuild.

        Of a person whose erasure was asked for since, the ledger counts the rows until the erasure is done. That
        erasure waits for this transaction, and this transaction for an erasure that is being carried out.
        """
        connection.execute("select pg_advisory_xact_lock_shared(hashtext('vault.mark'))")
        marks = connection.execute(query("erased_marks_of_delivery"), {"delivery_id": delivery_id})
        return cls(frozenset(bytes(mark) for (mark,) in marks))

    def names(self, keys: pl.Series) -> pl.Series:
        """Which of these tokens were erased."""
        if not self.marks:
            return pl.repeat(False, len(keys), dtype=pl.Boolean, eager=True)
        return marks_of(keys).is_in(list(self.marks)).fill_null(False) & keys.is_not_null()

    def rows(self, rows: pl.DataFrame, contract: Contract) -> pl.Series:
        """Which landing rows are about one of them, as the row's person or by account."""
        found = pl.repeat(False, len(rows), dtype=pl.Boolean, eager=True)
        for column in contract.columns if self.marks else ():
            if column.type.identity in ("person", "account") and not _is_mention(column, contract):
                found |= self.names(rows[contract.landing_name(column)])
        return found

    def unmentioned(self, rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
        """Landing rows of others, without one whom they only mention (who approved a post)."""
        for column in contract.columns if self.marks else ():
            if _is_mention(column, contract):
                name = contract.landing_name(column)
                rows = rows.with_columns(pl.when(~pl.lit(self.names(rows[name]))).then(pl.col(name)))
        return rows

    def emptied(self, rejected: pl.DataFrame) -> pl.DataFrame:
        """Rejected cells, without the rows that name an erased person: of those only place and reason are kept."""
        if not self.marks or rejected.is_empty():
            return rejected
        plain = plain_texts(rejected["row_json"])
        numbers = plain.str.extract_all(r"[0-9]{17}[0-9X]")
        row = pl.int_range(len(rejected), eager=True).to_frame("row").with_columns(numbers=numbers)
        written = row.filter(pl.col("numbers").list.len() > 0).explode("numbers")
        named = written["row"].filter(self.names(identity.tokens(written["numbers"], "person"))).unique()
        if named.is_empty():
            return rejected
        is_named = pl.int_range(len(rejected), eager=True).is_in(named.to_list())
        return pl.concat([rejected.filter(~is_named), places_only(rejected.filter(is_named).select("sheet", "line"))])


def _is_mention(column: Column, contract: Contract) -> bool:
    """Whether a column names another person than the one whom the row is about, and may be empty."""
    return column.type.identity == "person" and column.name != contract.person_column and not column.required


def places_only(places: pl.DataFrame) -> pl.DataFrame:
    """Entries of `Checked.rejected` for rows that name an erased person: nothing of the row."""
    return (
        places.unique(maintain_order=True)
        .with_columns(column_name=pl.lit(""), reason=pl.lit(REASON), value=pl.lit(""), row_json=pl.lit("{}"))
        .select(pl.col(name).cast(kind) for name, kind in REJECTED_SCHEMA.items())
    )
