"""The logins of the counties: `county_<code>` reads its own county's rows, `caseworker_<code>` may reveal a person."""

from __future__ import annotations

import psycopg
from psycopg import sql

from employment_warehouse.database import seed_tables


def generate(connection: psycopg.Connection) -> list[str]:
    """Make the logins that the counties of the seed `division` lack; what was done. The caller commits.

    A county that the seed no longer has keeps its logins, and loses its rows: nobody inherits its number.
    """
    divisions = seed_tables.read("division")
    prefecture = next((row["division_code"] for row in divisions if row["level"] == "prefecture"), None)
    counties = [
        str(row["division_code"]) for row in divisions if row["level"] == "county" and row["parent_code"] == prefecture
    ]
    existing = {
        name for (name,) in connection.execute("select rolname from pg_roles where rolname ~ '^(county|caseworker)_'")
    }
    done = []
    for county in counties:
        for role, group in ((f"county_{county}", "wh_county"), (f"caseworker_{county}", "wh_caseworker")):
            if role not in existing:
                _make_login(connection, role, group)
                done.append(role)
    connection.execute("delete from ops.reader_county where county_code <> all(%s)", (counties,))
    connection.cursor().executemany(
        "insert into ops.reader_county (login, county_code) values (%s, %s) on conflict do nothing",
        [(f"{kind}_{county}", county) for county in counties for kind in ("county", "caseworker")],
    )
    return done


def _make_login(connection: psycopg.Connection, role: str, group: str) -> None:
    """A reader's transaction sees one state; a county's writes nothing, whatever its client does."""
    name = sql.Identifier(role)
    connection.execute(sql.SQL("create role {} login in role {}").format(name, sql.Identifier(group)))
    connection.execute(sql.SQL("alter role {} set default_transaction_isolation = 'repeatable read'").format(name))
    if group == "wh_county":
        connection.execute(sql.SQL("alter role {} set default_transaction_read_only = on").format(name))
