"""Rows of a record are put back into their tables, and numbers continue after them."""

from __future__ import annotations

from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from employment_warehouse.runtime.history import Record

ROWS_AT_ONCE = 10_000  # rows of a record; one value of the database has at most 256 MB


def insert_rows(
    connection: psycopg.Connection,
    schema: str,
    table: str,
    rows: list[Record],
    on_conflict: LiteralString = "do nothing",
) -> None:
    """Rows of a table as the record has them, a few at a time."""
    name = sql.Identifier(schema, table)
    statement = sql.SQL(
        "insert into {} overriding system value select * from jsonb_populate_recordset(null::{}, %s) on conflict {}"
    ).format(name, name, sql.SQL(on_conflict))
    for at in range(0, len(rows), ROWS_AT_ONCE):
        connection.execute(statement, [Jsonb(rows[at : at + ROWS_AT_ONCE])])


def continue_numbers(connection: psycopg.Connection, table: str, column: str, following: int | None) -> None:
    """The next number of a table of ops; None: after the highest."""
    connection.execute(
        sql.SQL(
            "select setval(pg_get_serial_sequence(%s, %s), coalesce(%s, (select max({}) + 1 from {}), 1), false)"
        ).format(sql.Identifier(column), sql.Identifier("ops", table)),
        [f"ops.{table}", column, following],
    )
