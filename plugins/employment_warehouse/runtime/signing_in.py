"""As whom this process signs in to the database: as programs of the warehouse, as a person, or as the administrator."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

import psycopg

from employment_warehouse import settings
from employment_warehouse.database import OWN_LOGIN, describe
from employment_warehouse.database.connections import Address, as_variable
from employment_warehouse.database.embedded import Server
from employment_warehouse.database.program_logins import SUPERUSER, password_variable
from employment_warehouse.errors import UserError
from employment_warehouse.runtime.deployment import Deployment, current
from employment_warehouse.runtime.programs import COMMAND_LINE
from employment_warehouse.settings import Home


def use_database(home: Home, *roles: str) -> Deployment:
    """Let this process connect as these roles; connections that its environment already names are kept.

    Raises UserError (`not_running`) if the home has a database that is not running.
    """
    deployment = current(home)
    server = Server(home)
    if deployment.is_embedded and not server.exists():
        return deployment  # the environment may name connections itself
    if deployment.is_embedded and not server.running():
        raise UserError(
            "数据库未在运行 | the database is not running",
            code="not_running",
            where=str(home.root),
            todo="start it with `warehouse up`",
            exit_code=1,
        )
    for name, value in deployment.connections(*(roles or COMMAND_LINE.roles)).items():
        os.environ.setdefault(name, value)
    return deployment


def sign_in(home: Home, name: str | None = None) -> None:
    """Let this process act as a person: `database.connect(OWN_LOGIN)` is that person's login.

    Who it is: name, else PGUSER, else the service that PGSERVICE names. The password is PGPASSWORD's, or in a file of
    libpq (PGPASSFILE, ~/.pgpass), or is asked for.
    Raises UserError: `nobody_signed_in`, `sign_in_refused`, `not_running`.
    """
    login = own_login(name)
    if login is None:
        raise UserError(
            "不知道是谁在操作 | it is not known who you are",
            code="nobody_signed_in",
            expected="your own login: `--as NAME`, or PGUSER or PGSERVICE",
            todo="`warehouse user add NAME --role operator` makes one",
        )
    if "service" not in login and not settings.variable("PGHOST"):
        at = use_database(home, OWN_LOGIN)
        login |= {"host": at.host, "port": at.port}
    with _signed_in(login) as connection:
        info = connection.info
        address = Address(info.host, info.port, info.user, info.password, info.dbname)
    os.environ.update(as_variable(OWN_LOGIN, address))


def sign_in_or_administer(home: Home, name: str | None = None) -> None:
    """Let this process act as a person, as `sign_in` does; where no person is named, as the administrator: whoever owns
    the home, or on a server the program `init`.
    """
    password = current(home).secret(password_variable(SUPERUSER))
    if own_login(name) or not password:
        sign_in(home, name)
    else:
        administer(home)


def administer(home: Home) -> None:
    """Let this process act as the administrator, whose name in the records is `postgres`."""
    password = current(home).secret(password_variable(SUPERUSER))
    at = use_database(home, OWN_LOGIN)
    os.environ.update(as_variable(OWN_LOGIN, Address(at.host, at.port, SUPERUSER, password, "warehouse")))


def own_login(name: str | None) -> dict[str, Any] | None:
    """The sign-in that libpq is given; None: no person is named."""
    password = settings.variable("PGPASSWORD")
    secret = {"password": password} if password else {}
    if user := name or settings.variable("PGUSER"):
        return {"user": user, "dbname": "warehouse"} | secret
    service = settings.variable("PGSERVICE")
    return {"service": service} | secret if service else None


def _signed_in(login: dict[str, Any]) -> psycopg.Connection:
    try:
        return psycopg.connect(**login, connect_timeout=10)
    except psycopg.OperationalError as error:
        if error.pgconn is not None and error.pgconn.needs_password and sys.stdin.isatty():
            return _signed_in(login | {"password": getpass.getpass("口令 password: ")})
        raise UserError(
            "数据库拒绝登录 | the database refused the sign-in",
            code="sign_in_refused",
            where=str(login.get("user") or login.get("service")),
            database=describe(error),
            todo="check name and password (PGPASSWORD, ~/.pgpass); an operator can give you a new one",
            exit_code=1,
        ) from None
