"""What a build opened and closed, in a form that two warehouses can be compared by."""

from __future__ import annotations

import psycopg
from psycopg import sql


def digest(connection: psycopg.Connection, build: int) -> dict[str, tuple[int, int]]:
    """Table → rows opened or closed by a build and the sum of their hashes; instants and numbers left out."""
    columns = connection.execute(
        """
        select table_name, array_agg(column_name::text order by ordinal_position)
        from information_schema.columns
        where table_schema = 'store' and data_type <> 'timestamp with time zone' and column_name <> 'delivery_id'
        group by table_name
        """
    ).fetchall()
    found = {}
    for table, names in columns:
        statement = sql.SQL(
            "select count(*), coalesce(sum(hash_record_extended(row({}), 0)::numeric), 0) from store.{} "
            "where from_build = {} or to_build = {}"
        ).format(sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(table), build, build)
        count, total = connection.execute(statement).fetchone() or (0, 0)
        found[table] = (count, int(total))
    return found
