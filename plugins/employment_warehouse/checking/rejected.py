"""Rejected rows: an entry for each wrong cell, with its reason, the cell and its row as received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from employment_warehouse.contract import NUMERIC_CELL
from employment_warehouse.reading.table import TextTable
from employment_warehouse.workbook_style import CELL_CHARACTERS

REJECTED_SCHEMA = {
    "sheet": pl.String(),
    "line": pl.Int64(),
    "column_name": pl.String(),
    "reason": pl.String(),
    "value": pl.String(),
    "row_json": pl.String(),
}
WHOLE_ROW = "整行"  # in row_json, the only key of a row that could not be split into cells


@dataclass(frozen=True)
class Fault:
    """What is wrong in a frame with one column: a reason for each row at fault, null for the others."""

    column_name: str
    reasons: pl.Series


def entries_of(
    faults: list[Fault], frame: pl.DataFrame, table: TextTable, cells: Mapping[str, pl.Series]
) -> pl.DataFrame:
    """The rejected cells, line by line."""
    nothing = pl.repeat("", len(frame), dtype=pl.String, eager=True)
    entries = []
    for order, fault in enumerate(faults):
        at = fault.reasons.is_not_null().arg_true()
        entries.append(
            pl.DataFrame(
                {
                    "row": at,
                    "order": pl.repeat(order, len(at), dtype=pl.Int32, eager=True),
                    "column_name": pl.repeat(fault.column_name, len(at), dtype=pl.String, eager=True),
                    "reason": fault.reasons.gather(at),
                    "value": as_received(cells.get(fault.column_name, nothing).gather(at)),
                }
            )
        )
    sorted_entries = pl.concat(entries).sort("row", "order")
    places = frame.select(pl.col("sheet"), pl.col("line").cast(pl.Int64))[sorted_entries["row"]]
    whole_rows = _json(
        frame[sorted_entries["row"]],
        present_in(frame, {text: at for at, text in enumerate(_distinct(table.header))}),
    )
    return pl.DataFrame(
        [*places, *sorted_entries.select("column_name", "reason", "value"), whole_rows.alias("row_json")]
    )


def as_received(cells: pl.Series) -> pl.Series:
    """The texts of cells as the sender wrote them, of very long ones the beginning."""
    # As many characters as a cell of the return workbook can show; the archive has the file.
    return cells.cast(pl.String).fill_null("").str.strip_prefix(NUMERIC_CELL).str.slice(0, CELL_CHARACTERS)


def entries_of_broken(broken: pl.DataFrame) -> pl.DataFrame:
    """The rows that could not be split into cells (`sheet`, `line`, `reason`, `text`)."""
    text = pl.col("text").str.slice(0, CELL_CHARACTERS)
    return broken.select(
        "sheet",
        pl.col("line").cast(pl.Int64),
        pl.lit("").alias("column_name"),
        "reason",
        text.alias("value"),
        pl.struct(text.alias(WHOLE_ROW)).struct.json_encode().alias("row_json"),
    )


def present_in(frame: pl.DataFrame, positions: Mapping[str, int]) -> dict[str, int]:
    """The columns that a frame has: a large sheet may get one more while it is read."""
    return {text: position for text, position in positions.items() if f"c{position}" in frame.columns}


def _json(frame: pl.DataFrame, positions: Mapping[str, int]) -> pl.Series:
    """header text → cell, as JSON, for each row."""
    named = [as_received(frame[f"c{position}"]).alias(text) for text, position in positions.items()]
    return pl.DataFrame(named).to_struct().struct.json_encode()


def _distinct(header: list[str]) -> list[str]:
    """Header texts as names of the fields of one object: those that are empty or repeat get their position."""
    return [
        text if text and header.index(text) == position else f"{text}（第{position + 1}列）"
        for position, text in enumerate(header)
    ]
