"""The frames of one delivery, made ready to be stored: checked and tokenised, each step in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

import polars as pl
import psycopg

from employment_warehouse.checking import Checked, check_table
from employment_warehouse.landing.copying import encode_rows
from employment_warehouse.landing.erased_persons import ErasedPersons, places_only
from employment_warehouse.landing.ledger import Delivery
from employment_warehouse.landing.return_form import PLACES
from employment_warehouse.landing.tokenising import Tokeniser
from employment_warehouse.landing.vault import (
    Identity,
    KnownIdentities,
    SealedIdentities,
    identity_columns,
    seal_unknown,
)
from employment_warehouse.reading import TextTable
from employment_warehouse.reading.prefetch import prefetch

PLACE = ["sheet", "line"]

Product = TypeVar("Product")


@dataclass(frozen=True)
class PreparedFrame:
    """A frame of rows that is ready to be stored; it holds only what is still needed.

    encoded: the good rows, for COPY. places: their `sheet` and `line`. keys: their key columns, as landed. unknown: of
    each identity column of the contract, the identities that the vault may not have yet, sealed.
    """

    rows_read: int
    rejected: pl.DataFrame
    encoded: list[bytes]
    places: pl.DataFrame
    keys: pl.DataFrame
    unknown: list[tuple[Identity, SealedIdentities]]

    @property
    def changes_vault(self) -> bool:
        """Whether the vault needs to store something of it."""
        return not (self.rejected.is_empty() and all(sealed.keys.is_empty() for _, sealed in self.unknown))


class Preparation:
    """Makes the rows of one delivery ready, frame by frame, without those of erased persons."""

    def __init__(self, connection: psycopg.Connection, delivery: Delivery) -> None:
        self._delivery = delivery
        self._contract = delivery.contract
        self._erased = ErasedPersons.of_delivery(connection, delivery.delivery_id)
        self._tokeniser = Tokeniser(delivery.contract)
        self._identities = identity_columns(delivery.contract)

    def of_table(self, table: TextTable, make: Callable[[Checked], Product]) -> Iterator[Product]:
        """What `make` makes of each frame; while one is in use, the next is made, and the one after it checked."""
        checked = check_table(table, self._contract, self._expected(), self._kept_columns())
        return prefetch(map(make, prefetch(checked)))

    def frame(self, checked: Checked, known: Future[KnownIdentities]) -> PreparedFrame:
        """A frame that is stored for the first time. known: the identities that the vault has."""
        good, rejected = checked.good, self._erased.emptied(checked.rejected)
        rows, is_erased = self._rows_of_others(good)
        if is_erased.any():
            rejected = pl.concat([rejected, places_only(good.filter(is_erased).select(PLACE))])
            good = good.filter(~is_erased)
        in_vault = known.result()
        return PreparedFrame(
            rows_read=checked.rows_read,
            rejected=rejected,
            encoded=encode_rows(rows, self._delivery.delivery_id),
            places=rows.select(PLACE),
            keys=rows.select(self._contract.landing_key),
            unknown=[(identity, seal_unknown(identity, good, rows, in_vault)) for identity in self._identities],
        )

    def rows_again(self, checked: Checked, without: pl.DataFrame) -> list[bytes]:
        """The rows of a frame that was stored before, for COPY. without: the places of those rejected for their key."""
        rows, _ = self._rows_of_others(checked.good.join(without, on=PLACE, how="anti"))
        return encode_rows(rows, self._delivery.delivery_id)

    def _rows_of_others(self, good: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
        """The landing rows that are not about an erased person, and which of the good rows are."""
        rows = self._tokeniser.landing_rows(good)
        is_erased = self._erased.rows(rows, self._contract)
        others = rows.filter(~is_erased) if is_erased.any() else rows
        return self._erased.unmentioned(others, self._contract), is_erased

    def _expected(self) -> dict[str, str]:
        """The values that the path fixes for every row."""
        unit_column = self._contract.unit_column
        return {unit_column: self._delivery.unit} if unit_column else {}

    def _kept_columns(self) -> Mapping[str, str]:
        """A row of a return workbook says which rejected row it corrects; of other unknown columns nothing is kept."""
        return PLACES if self._delivery.kind == "correction" else {}
