"""Items of the platform as a text table, so that a feed's checks are the same wherever it comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import polars as pl

from employment_warehouse.contract import Contract
from employment_warehouse.hr_platform.client import Item
from employment_warehouse.reading import BrokenRow, TextTable

BATCH_ITEMS = 50_000
# Half of a surrogate pair: JSON can spell it, and no text can hold it.
LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def json_text(item: object) -> str:
    """An item as JSON, the same for the same content; what no text can hold stays escaped, as it came."""
    return json.dumps(item, ensure_ascii=False, sort_keys=True).encode(errors="backslashreplace").decode()


def table_of(items: list[Item], contract: Contract) -> TextTable:
    """The items as rows, in their order; ``line`` is the place of the item in the reading, from 1.

    An item that is no object, has a value of the wrong JSON type, or something in it or in a field's name that
    PostgreSQL cannot keep, is a broken row (``schema_violation``). Fields that the contract does not know are its
    extra columns.
    """
    headers = [column.header for column in contract.columns]
    told = {name for item in items if isinstance(item, dict) for name in item}
    extra = sorted(name for name in told - set(headers) if "\0" not in name and not LONE_SURROGATE.search(name))
    table = TextTable(
        header=[*headers, *extra],
        columns={column.name: position for position, column in enumerate(contract.columns)},
        extra={name: len(headers) + position for position, name in enumerate(extra)},
        batches=iter(()),
    )
    table.batches = _batches(items, contract, table)
    return table


def _batches(items: list[Item], contract: Contract, table: TextTable) -> Iterator[pl.DataFrame]:
    names = [f"c{position}" for position in range(len(table.header))]
    schema = {"sheet": pl.String(), "line": pl.Int64(), **dict.fromkeys(names, pl.String())}
    kept = frozenset(table.header)
    for start in range(0, len(items), BATCH_ITEMS):
        rows = []
        for line, item in enumerate(items[start : start + BATCH_ITEMS], start + 1):
            cells = _cells(item, contract, table, kept)
            if cells is None:
                table.broken.append(BrokenRow("", line, "schema_violation", json_text(item)))
            else:
                rows.append(("", line, *cells))
        table.rows_read += len(rows)
        yield pl.DataFrame(rows, schema=schema, orient="row")


def _cells(item: object, contract: Contract, table: TextTable, kept: frozenset[str]) -> list[str] | None:
    """The item's values as texts in the table's order; None when one has the wrong type or cannot be kept.

    kept: the names of the header; one that cannot be kept is not among them.
    """
    if not isinstance(item, dict) or not item.keys() <= kept:
        return None
    cells = [column.type.from_json(item.get(column.header)) for column in contract.columns]
    cells += [json.dumps(item[name], ensure_ascii=False) if name in item else "" for name in table.extra]
    texts = [cell for cell in cells if cell is not None]
    return texts if len(texts) == len(cells) and not LONE_SURROGATE.search("".join(texts)) else None
