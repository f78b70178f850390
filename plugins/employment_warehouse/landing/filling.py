"""The rows of one delivery: read, checked and made anonymous in one thread, while another copies them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

import polars as pl
import psycopg
from psycopg import sql

from employment_warehouse.checking import Checked, check_table
from employment_warehouse.checking.repeated import repeated_rows
from employment_warehouse.contract import Contract
from employment_warehouse.landing.identify import landing_rows
from employment_warehouse.landing.ledger import Counts, LandedDelivery
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.vault import (
    SetAside,
    identity_columns,
    keep_rejected,
    remember,
    to_set_aside,
)
from employment_warehouse.reading import TextTable

PLACE = ["sheet", "line"]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Batch:
    """A stretch of rows, ready to go in. lines: landing rows as CSV. named: who stands in them, a frame for
    each of the contract's identity columns.
    """

    checked: Checked
    lines: bytes
    named: list[pl.DataFrame]


def fill(connection: psycopg.Connection, delivery: LandedDelivery, read: Callable[[], TextTable]) -> Counts:
    """Copy in a delivery's rows, rejected rows and new identities. The caller commits.

    Of rows with one key the last stays (sheets in the workbook's order, then lines), the others are rejected.
    Memory does not grow with the file. Raises Refused.
    """
    identities = identity_columns(delivery.contract)
    table = read()
    counts = Counts(extra_columns=list(table.extra))
    sheets: list[str] = []

    def ready(checked: Checked) -> Batch:
        if checked.good.is_empty():
            return Batch(checked, b"", [])
        rows = landing_rows(checked.good, delivery.contract)
        named = [to_set_aside(identity, checked.good, rows) for identity in identities]
        return Batch(checked, _csv(rows, delivery), named)

    with ExitStack() as stack:
        asides = [stack.enter_context(SetAside()) for _ in identities]
        for batch in ahead(map(ready, check_table(table, delivery.contract, _expected(delivery)))):
            keep_rejected(connection, delivery.delivery_id, batch.checked.rejected)
            counts.rows_read += batch.checked.rows_read
            counts.rows_rejected += batch.checked.rejected.select(PLACE).n_unique()
            if not batch.lines:
                continue
            counts.rows_landed += _copy(connection, delivery.contract, batch.lines)
            for aside, frame in zip(asides, batch.named, strict=True):
                aside.put(frame)
            sheets += [sheet for sheet in batch.checked.good["sheet"].unique() if sheet not in sheets]
        repeated = _remove_duplicates(connection, delivery, sheets)
        if not repeated.is_empty():
            for entries in repeated_rows(read(), delivery.contract, repeated):
                keep_rejected(connection, delivery.delivery_id, entries)
        for identity, aside in zip(identities, asides, strict=True):
            remember(connection, delivery, identity, aside)
    counts.rows_landed -= repeated.height
    counts.rows_rejected += repeated.height
    counts.notes = list(table.notes)
    return counts


def refill(connection: psycopg.Connection, delivery: LandedDelivery, read: Callable[[], TextTable]) -> int:
    """Copy in once more the rows that a delivery has landed; how many. The caller commits."""
    places = connection.execute(query("repeated_rows"), {"delivery_id": delivery.delivery_id}).fetchall()
    repeated = _places(places)
    landed = 0

    def ready(checked: Checked) -> bytes:
        if checked.good.is_empty():
            return b""
        good = checked.good.join(repeated, on=PLACE, how="anti")
        return _csv(landing_rows(good, delivery.contract), delivery)

    for lines in ahead(map(ready, check_table(read(), delivery.contract, _expected(delivery)))):
        landed += _copy(connection, delivery.contract, lines)
    return landed


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items; while one is in use, another thread makes the next."""
    with ThreadPoolExecutor(1, "prepare") as beside:
        coming = beside.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = beside.submit(next, items, None)
            yield item


def _expected(delivery: LandedDelivery) -> dict[str, str]:
    """What the path says of every row."""
    return {delivery.contract.unit_column: delivery.unit} if delivery.contract.unit_column else {}


def _csv(rows: pl.DataFrame, delivery: LandedDelivery) -> bytes:
    return rows.select(pl.lit(delivery.delivery_id), pl.all()).write_csv(include_header=False).encode()


def _copy(connection: psycopg.Connection, contract: Contract, lines: bytes) -> int:
    names = ("delivery_id", *PLACE, *(name for name, _ in contract.landing_columns()), "extra")
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        sql.Identifier("landing", contract.feed), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            copy.write(lines)
        return cursor.rowcount


def _remove_duplicates(connection: psycopg.Connection, delivery: LandedDelivery, sheets: list[str]) -> pl.DataFrame:
    """Where the rows stood that a later row of the same key has replaced."""
    contract = delivery.contract
    given = {
        "feed": delivery.feed,
        "delivery_id": delivery.delivery_id,
        "key": [contract.landing_columns_of(contract.column(name))[0][0] for name in contract.key],
        "sheets": sheets,
    }
    return _places(connection.execute(query("remove_duplicates"), given).fetchall())


def _places(rows: list[tuple[str, int]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"sheet": pl.String, "line": pl.Int64}, orient="row")
