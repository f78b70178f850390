"""One file, read or checked on the command line, without a database."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import BinaryIO, TextIO

from rich.console import Console

from employment_warehouse.checking import check_table
from employment_warehouse.contract import contract_of
from employment_warehouse.reading import Refused, read_tables, write_table_as_read


def show_table(file: Path, target: BinaryIO, console: Console) -> None:
    """Write the table as the reader understood it; its notes go to the console.

    Raises Refused, with exit code 1.
    """
    try:
        table = write_table_as_read(file, target)
    except Refused as refusal:
        refusal.exit_code = 1
        raise
    target.flush()
    for row in table.broken:
        console.print(f"{file.name} {row.sheet} {row.line}: {row.reason}", markup=False)
    for note in table.notes:
        console.print(note, markup=False)


def show_checks(file: Path, feed: str, target: TextIO) -> None:
    """Write the row count, and where and why rows would be rejected (never the value).

    Raises Refused, with exit code 1.
    """
    contract = contract_of(feed)
    rows = 0
    reasons: Counter[str] = Counter()
    try:
        table = read_tables(file, contract)
        for checked in check_table(table, contract, {}):
            rows += checked.rows_read
            for sheet, line, column, reason in checked.rejected.select(
                "sheet", "line", "column_name", "reason"
            ).iter_rows():
                reasons[reason] += 1
                target.write(f"{sheet}\t{line}\t{column}\t{reason}\n")
    except Refused as refusal:
        refusal.exit_code = 1
        raise
    for note in table.notes:
        target.write(f"{note}\n")
    target.write(f"行数 rows read: {rows}\n")
    for reason, count in reasons.most_common():
        target.write(f"退回 rejected {reason}: {count}\n")
