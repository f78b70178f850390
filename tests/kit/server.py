"""A server with a migrated warehouse of its own, and its users."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest.mock import patch

import psycopg

from employment_warehouse import settings
from employment_warehouse.database import OWN_LOGIN, migrate, seed_tables
from employment_warehouse.database.connections import Address, address, as_variable
from employment_warehouse.database.embedded import Server
from employment_warehouse.database.program_logins import SUPERUSER, verifier
from employment_warehouse.settings import Home

# How tests connect → login of a user, and its role. The person who runs a command is an operator.
USERS = {
    OWN_LOGIN: ("operator_of_tests", "operator"),
    "wh_analyst": ("analyst_of_tests", "analyst"),
    "wh_auditor": ("auditor_of_tests", "auditor"),
}


def connect_superuser() -> psycopg.Connection:
    """As superuser to the database that the roles of this process are connected to."""
    at = address("wh_gate")
    return psycopg.connect(
        host=at.host,
        port=at.port,
        user=SUPERUSER,
        password=settings.current_home().secret(f"password:{SUPERUSER}"),
        dbname=at.database,
    )


def kill(server: Server) -> None:
    """As kill -9 does; returns when it is gone. Its zombie may stay for a while."""
    postmaster = server.pid()
    assert postmaster is not None
    os.kill(postmaster, signal.SIGKILL)
    while server.running():
        time.sleep(0.05)


@contextmanager
def commits_written(server: Server) -> Iterator[None]:
    """A commit that was answered is in the log: what the session's server leaves out for speed."""

    def switch(state: str) -> None:
        with server.connect_superuser("postgres") as connection:
            connection.autocommit = True
            connection.execute(f"alter system set synchronous_commit = {state}".encode())
            connection.execute("select pg_reload_conf()")

    switch("on")
    try:
        yield
    finally:
        switch("off")


@contextmanager
def running_server(home: Home, options: Mapping[str, str] | None = None) -> Iterator[Server]:
    """The embedded server of a home, its database migrated and seeded; AIRFLOW_CONN_<ROLE> lead to it while it runs.

    options: settings of PostgreSQL, as in postgresql.conf. Besides its programs these may connect: USERS, and
    `county_<code>` and `caseworker_<code>` of each county.
    """
    server = Server(home)
    server.init()
    with (server.data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = {value}\n" for name, value in (options or {}).items())
    server.start()
    try:
        with migrated(server):
            yield server
    finally:
        server.stop()


@contextmanager
def migrated(server: Server) -> Iterator[None]:
    """The database of a server that runs, migrated and seeded, and with the users; AIRFLOW_CONN_<ROLE> lead to it."""
    with server.connect_superuser() as connection:
        migrate(connection)
    server.set_passwords()
    with patch.dict(os.environ, server.environment()):
        seed_tables.load()
        os.environ.update(add_users(server))
        yield


def add_users(server: Server) -> dict[str, str]:
    """Make who is missing, without acts, so that the acts of a test are all there are; AIRFLOW_CONN_<ROLE> of each."""
    environment = {}
    with server.connect_superuser() as connection:
        [counties] = connection.execute("select ops.county_codes()").fetchone() or ([],)
        of_counties = {f"{kind}_{code}": kind for code in counties for kind in ("county", "caseworker")}
        known = {login for (login,) in connection.execute("select rolname from pg_roles").fetchall()}
        users = USERS | {login: (login, kind) for login, kind in of_counties.items()}
        for role, (login, kind) in users.items():
            password = server.home.secret(f"password:{login}")
            if login not in known:
                made = (login, kind, verifier(connection, login, password))
                connection.execute("select logins.make(%s, %s, %s)", made)
            if login in of_counties and login not in known:
                connection.execute("insert into ops.reader_county values (%s, %s)", (login, login.split("_")[1]))
            its = Address(connection.info.host, connection.info.port, login, password, "warehouse")
            environment |= as_variable(role, its)
    return environment


def rows_of(warehouse: psycopg.Connection, query: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
    """The rows of a query."""
    return warehouse.execute(query, values).fetchall()  # type: ignore[arg-type]
