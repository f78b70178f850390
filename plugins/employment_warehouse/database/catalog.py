"""Names of tables, columns and types as the database has them, for what is generated from declarations."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg import sql


def existing_columns(connection: psycopg.Connection, schema: str, table: str) -> dict[str, str]:
    """Name → type of a table's columns, in its order; empty: there is no such table."""
    return dict(
        connection.execute(
            """
            select attname::text, format_type(atttypid, atttypmod)
            from pg_attribute
            where attrelid = to_regclass(format('%%I.%%I', %s::text, %s::text)) and attnum > 0 and not attisdropped
            order by attnum
            """,
            (schema, table),
        ).fetchall()
    )


def type_name(connection: psycopg.Connection, data_type: str) -> str:
    """A type as the catalogue spells it: `timestamptz` is `timestamp with time zone`."""
    row = connection.execute(
        "select format_type(to_regtype(%(type)s), to_regtypemod(%(type)s))", {"type": data_type}
    ).fetchone()
    return "" if row is None else str(row[0])


def identifiers(names: Iterable[str]) -> sql.Composed:
    """Names of columns, quoted where they have to be, separated by commas."""
    return sql.SQL(", ").join(map(sql.Identifier, names))
