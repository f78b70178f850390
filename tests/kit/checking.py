"""Rows of a feed, checked: what is kept of them, and why others are rejected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from tests.kit.examples import example_of

from employment_warehouse.checking import Checked, check_table
from employment_warehouse.contract import Contract, contract_of
from employment_warehouse.reading import TextTable

COUNTY = {"county_code": "532528"}
PATHS = {"county": COUNTY, "project": {"project_no": "YG532528001"}, "batch": {"batch_no": "PC20240501001"}}


def good_row(feed: str) -> dict[str, str]:
    """The examples of a contract, as a row: header → cell."""
    return {column.header: example_of(column) for column in contract_of(feed).columns}


def table_of(contract: Contract, parts: Sequence[Sequence[Mapping[str, str]]]) -> TextTable:
    header = list(parts[0][0])
    found = contract.match_header(header)
    frames, line = [], 2
    for rows in parts:
        cells = {f"c{at}": [row[text] for row in rows] for at, text in enumerate(header)}
        places = {"sheet": [""] * len(rows), "line": list(range(line, line + len(rows)))}
        frames.append(pl.DataFrame(places | cells, schema_overrides=dict.fromkeys(cells, pl.String)))
        line += len(rows)
    return TextTable(
        header=header,
        columns={column.name: at for at, column in enumerate(found) if column},
        extra={text: at for at, text in enumerate(header) if found[at] is None},
        frames=iter(frames),
    )


def check(feed: str, *rows: Mapping[str, str], path: Mapping[str, str] | None = None) -> Checked:
    contract = contract_of(feed)
    (checked,) = check_table(
        table_of(contract, [rows]), contract, PATHS.get(contract.unit, {}) if path is None else path
    )
    assert checked.rows_read == len(rows) == checked.good.height + checked.rejected["line"].n_unique()
    return checked


def reported(checked: Checked) -> list[tuple[int, str, str]]:
    return checked.rejected.select("line", "column_name", "reason").rows()


def value_of(feed: str, header: str, cell: str) -> object:
    """What a cell of a good row is read as."""
    checked = check(feed, good_row(feed) | {header: cell})
    assert reported(checked) == []
    (column,) = contract_of(feed).match_header([header])
    assert column is not None
    return checked.good[column.name].item()


def reasons_of(feed: str, header: str, cell: str) -> list[str]:
    return [reason for _, _, reason in reported(check(feed, good_row(feed) | {header: cell}))]
