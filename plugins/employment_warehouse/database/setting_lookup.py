"""The seed `setting`, by date."""

from __future__ import annotations

from datetime import date

import psycopg


def setting(connection: psycopg.Connection, name: str, on: date) -> str | None:
    """The value of a setting in force on a date; None where it is switched off.

    Raises psycopg.errors.RaiseException (WH012) where it was never declared.
    """
    row = connection.execute("select ops.setting(%s, %s)", [name, on]).fetchone()
    value: str | None = row[0] if row else None
    return value
