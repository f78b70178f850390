"""What the database's catalogue says of tables, for the generators that compare it with declarations."""

from __future__ import annotations

import psycopg


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
