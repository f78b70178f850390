"""What must hold whatever fails. Each lists what breaks it; nothing listed: it holds.

- I1 nothing lost: every row of a file is landed, rejected or erased, counted without the reader;
- I2 nothing duplicated: keys are distinct, and payrolls add up to the fen.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from employment_warehouse.contract import contract, contracts


def lost(connection: psycopg.Connection, zone: Path) -> Iterator[str]:
    """I1, of the files that are in the landing zone as they were ingested."""
    for number, feed, path, sha256, landed, rejected, erased, is_purged in connection.execute(
        "select delivery_id, feed, path, sha256, rows_landed, rows_rejected, rows_erased, purged_at is not null"
        " from ops.delivery where kind = 'file' and status <> 'refused'"
    ).fetchall():
        lines = _lines(zone / path, bytes(sha256))
        if lines is not None and len(lines) != landed + rejected + erased:
            yield f"I1 {path}: {len(lines)} rows, of which {landed} landed, {rejected} rejected, {erased} erased"
        counted = _one(connection, f"select count(*) from landing.{feed} where delivery_id = %s", number)
        if not is_purged and counted != landed:
            yield f"I1 {path}: {counted} rows in landing, {landed} in the ledger"
        places = "select count(distinct (sheet, line)) from vault.rejected_row where delivery_id = %s"
        if (counted := _one(connection, places, number)) != rejected:
            yield f"I1 {path}: {counted} rejected rows, {rejected} in the ledger"


def duplicated(connection: psycopg.Connection, zone: Path) -> Iterator[str]:
    """I2, of landed rows and of the open rows of every model."""
    for feed, declared in contracts().items():
        key = [declared.landing_columns_of(declared.column(name))[0][0] for name in declared.key]
        yield from _repeated(connection, f"landing.{feed}", ["delivery_id", *key], "true")
    for model, of_model in connection.execute("select model, key from ops.versioned where key is not null").fetchall():
        yield from _repeated(connection, f"store.{model}", of_model, "to_build is null")
    for number, path, sha256 in connection.execute(
        "select delivery_id, path, sha256 from ops.delivery"
        " where feed = 'relief_payroll' and kind = 'file' and status <> 'refused' and purged_at is null"
    ).fetchall():
        lines = _lines(zone / path, bytes(sha256))
        if lines is None:
            continue
        returned = {line for (line,) in connection.execute(
            "select line from vault.rejected_row where delivery_id = %s", (number,)
        )}  # fmt: skip
        column = contract("relief_payroll").column("amount_due").header
        due = sum(Decimal(row[column]) for line, row in lines.items() if line not in returned)
        summed = "select sum(amount_due::numeric) from landing.relief_payroll where delivery_id = %s"
        landed = _one(connection, summed, number)
        if due != (landed or 0):
            yield f"I2 {path}: {due} yuan due in the file, {landed} landed"


def _lines(path: Path, sha256: bytes) -> dict[int, dict[str, str]] | None:
    """Line → cells by header, by the csv module alone; None: the file is another by now."""
    if not path.exists() or hashlib.sha256(path.read_bytes()).digest() != sha256:
        return None
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return dict((reader.line_num, row) for row in reader)  # noqa: C402  the line of this very row


def _repeated(connection: psycopg.Connection, table: str, key: list[str], condition: str) -> Iterator[str]:
    listed = ", ".join(f'"{name}"' for name in key)
    keys = f"select 1 from {table} where {condition} group by {listed} having count(*) > 1"
    twice = _one(connection, f"select count(*) from ({keys}) as keys")
    if twice:
        yield f"I2 {table}: {twice} keys are there twice"


def _one(connection: psycopg.Connection, question: str, *given: Any) -> Any:
    row = connection.execute(question, given).fetchone()  # type: ignore[arg-type]
    return row and row[0]
