"""Items of the platform as a text table, so that a feed's checks are the same wherever it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import polars as pl

from employment_warehouse.contract import Contract, as_json
from employment_warehouse.hr_platform.pages import LONE_SURROGATE, Item
from employment_warehouse.reading import BrokenRow, TextTable

ITEMS_AT_ONCE = 50_000


def table_of(
    items: list[Item], contract: Contract, night_ends: datetime, lines: Sequence[int] | None = None
) -> TextTable:
    """The items as rows, in their order; ``line`` is the position of the item in the reading, from 1, or is given.

    An item that is dated after its night, is not an object, has a value of the wrong JSON type, or something in it or
    in a field's name that PostgreSQL cannot store, is a broken row (``schema_violation``). Fields that the contract
    does not know are its extra columns.
    """
    headers = [column.header for column in contract.columns]
    names = {name for item in items if item.fields for name in item.fields}
    extra = sorted(name for name in names - set(headers) if "\0" not in name and not LONE_SURROGATE.search(name))
    table = TextTable(
        header=[*headers, *extra],
        columns={column.name: position for position, column in enumerate(contract.columns)},
        extra={name: len(headers) + position for position, name in enumerate(extra)},
        frames=iter(()),
    )
    numbered = list(zip(lines or range(1, len(items) + 1), items, strict=True))
    table.frames = _frames(numbered, contract, table, night_ends)
    return table


def _frames(
    items: list[tuple[int, Item]], contract: Contract, table: TextTable, night_ends: datetime
) -> Iterator[pl.DataFrame]:
    names = [f"c{position}" for position in range(len(table.header))]
    schema = {"sheet": pl.String(), "line": pl.Int64(), **dict.fromkeys(names, pl.String())}
    storable = frozenset(table.header)
    for start in range(0, len(items), ITEMS_AT_ONCE):
        rows = []
        for line, item in items[start : start + ITEMS_AT_ONCE]:
            cells = None if _is_after(item, night_ends, contract) else _cells(item, contract, table, storable)
            if cells is None:
                table.broken.append(BrokenRow("", line, "schema_violation", storable_text(item)))
            else:
                rows.append(("", line, *cells))
        table.rows_read += len(rows)
        yield pl.DataFrame(rows, schema=schema, orient="row")


def _is_after(item: Item, night_ends: datetime, contract: Contract) -> bool:
    assert contract.platform is not None
    instant = item.instant(contract.platform)
    return instant is not None and instant >= night_ends


def storable_text(item: Item) -> str:
    """The item's JSON as received; what no text can hold is escaped."""
    return item.text.encode(errors="backslashreplace").decode()


def _cells(item: Item, contract: Contract, table: TextTable, storable: frozenset[str]) -> list[str] | None:
    """The item's values as texts in the table's order; None when one has the wrong type or cannot be stored.

    storable: the names of the header; one that cannot be stored is not among them.
    """
    fields = item.fields
    if fields is None or not fields.keys() <= storable:
        return None
    cells = [column.type.from_json(fields.get(column.header)) for column in contract.columns]
    try:
        cells += [as_json(fields[name]) if name in fields else "" for name in table.extra]
    except RecursionError:
        return None
    texts = [cell for cell in cells if cell is not None]
    return texts if len(texts) == len(cells) and not LONE_SURROGATE.search("".join(texts)) else None
