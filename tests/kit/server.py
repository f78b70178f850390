"""A server with a migrated warehouse of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest.mock import patch

from employment_warehouse.database import migrate
from employment_warehouse.database.embedded import Server
from employment_warehouse.database.roles import login_roles
from employment_warehouse.settings import Home


@contextmanager
def running_server(home: Home, options: Mapping[str, str] | None = None, *more_roles: str) -> Iterator[Server]:
    """The embedded server of a home, its database migrated; AIRFLOW_CONN_<ROLE> lead to it while it runs.

    options: settings of PostgreSQL, as in postgresql.conf. more_roles: besides those of the warehouse.
    """
    server = Server(home)
    server.init()
    with (server.data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = {value}\n" for name, value in (options or {}).items())
    server.start()
    try:
        with server.connect_superuser() as connection:
            migrate(connection)
            roles = login_roles(connection)
        server.set_passwords()
        with patch.dict(os.environ, server.environment(*roles, *more_roles)):
            yield server
    finally:
        server.stop()
