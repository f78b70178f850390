"""All that a database or a file says, as text in which a person can be searched."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import psycopg


def tables_text(connection: psycopg.Connection) -> str:
    """Every row of every table of every schema."""
    tables = connection.execute(
        "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname !~ '^(pg_|information_)'"
    ).fetchall()
    assert len(tables) > 100
    return "\n".join(str(row) for (table,) in tables for row in connection.execute(f"select t::text from {table} as t"))  # type: ignore[arg-type]


def text_of(file: Path) -> str:
    if file.suffix == ".xlsx":
        book = openpyxl.load_workbook(file)
        return " ".join(str(cell.value) for sheet in book for row in sheet for cell in row)
    data = file.read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("gb18030")
