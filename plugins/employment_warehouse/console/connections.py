"""Connections as the person who is signed in: opened for one page or act, and closed with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row
from starlette.exceptions import HTTPException

from employment_warehouse import settings
from employment_warehouse.console import sessions
from employment_warehouse.console.queries import query
from employment_warehouse.console.sessions import Session
from employment_warehouse.database import OWN_LOGIN, connect, signed_in
from employment_warehouse.database.connections import Address, QuietCursor

Row = dict[str, Any]


class Reading:
    """One state of the database, read for a page: `read("alerts", level="critical")` runs queries/alerts.sql."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def __call__(self, name: str, **parameters: object) -> list[Row]:
        """The rows of a query."""
        with QuietCursor(self.connection, row_factory=dict_row) as cursor:
            return list(cursor.execute(query(name), parameters).fetchall())

    def one(self, name: str, **parameters: object) -> Row | None:
        """The first row of a query; None if there is none."""
        rows = self(name, **parameters)
        return rows[0] if rows else None


def database_of(login: str, password: str) -> Address:
    """Where a login signs in: PGHOST, PGPORT and PGDATABASE name the database."""
    host, port = settings.variable("PGHOST") or "127.0.0.1", settings.variable("PGPORT") or "5432"
    return Address(host, int(port), login, password, settings.variable("PGDATABASE") or "warehouse")


def is_sign_in_refused(error: psycopg.Error) -> bool:
    """Whether it is the login or its password that the server refuses: libpq gives no SQLSTATE then."""
    return any(words in str(error) for words in ("password authentication failed", "not permitted to log in"))


@contextmanager
def acting(session: Session) -> Iterator[None]:
    """In this block `connect(OWN_LOGIN)` is the session's login: an act (`publication.roll_back`) is in that name."""
    with _place(session), signed_in(session.address):
        yield


@contextmanager
def reading(session: Session) -> Iterator[Reading]:
    """What a page shows: one state of the database, and nothing is written."""
    with _place(session):
        with signed_in(session.address):
            connection = connect(OWN_LOGIN)
        with connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield Reading(connection)


@contextmanager
def _place(session: Session) -> Iterator[None]:
    """No session has more than two connections at once: further requests wait. Raises HTTPException (503)."""
    if not session.places.acquire(timeout=sessions.LONGEST_WAIT_SECONDS):
        raise HTTPException(503)
    try:
        yield
    finally:
        session.places.release()
