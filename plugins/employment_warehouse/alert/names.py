"""Names of those who are to act."""

from __future__ import annotations

import psycopg

from employment_warehouse.contract import contract


def county_names(connection: psycopg.Connection) -> dict[str, str]:
    """Names of the prefecture and its counties by code; none before the seeds are there."""
    if connection.execute("select to_regclass('seeds.division')").fetchone() == (None,):
        return {}
    rows = connection.execute(
        "select division_code, name_zh from seeds.division where level in ('prefecture', 'county')"
    ).fetchall()
    return dict(rows)


def feed_name(feed: str) -> str:
    """A feed by its Chinese and English titles."""
    declared = contract(feed)
    return f"{declared.title_zh} {declared.title_en}"
