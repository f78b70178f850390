"""One connection for each role: from AIRFLOW_CONN_<ROLE> in the environment, or from Airflow's own store."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import psycopg

from employment_warehouse import settings
from employment_warehouse.database.describe import without_values
from employment_warehouse.errors import UserError

# In place of a role: the login of the person who runs a command (`runtime.signing_in.sign_in`) or has signed in to the
# console (`signed_in`).
OWN_LOGIN = "own_login"


class ScramKeys(NamedTuple):
    """What signs in instead of a password, in Base64 (`scram`)."""

    client: str
    server: str


@dataclass(frozen=True)
class Address:
    """How one role reaches one database; `host` is a name or the folder of a socket. keys: if not with the password."""

    host: str
    port: int
    user: str
    password: str
    database: str
    keys: ScramKeys | None = None


def as_variable(role: str, at: Address) -> dict[str, str]:
    """AIRFLOW_CONN_<ROLE>, as `address` and Airflow read it."""
    connection = {
        "conn_type": "postgres",
        "host": "localhost",
        "port": at.port,
        "login": at.user,
        "password": at.password,
        "schema": at.database,
        "extra": {"host": at.host},
    }
    return {f"AIRFLOW_CONN_{role.upper()}": json.dumps(connection)}


_person: ContextVar[Address | None] = ContextVar("person", default=None)


@contextmanager
def signed_in(person: Address) -> Iterator[None]:
    """In this block `connect(OWN_LOGIN)` is this person's login: for a process that serves several people."""
    before = _person.set(person)
    try:
        yield
    finally:
        _person.reset(before)


def address(role: str) -> Address:
    """The address of a role (`wh_loader`, …).

    Raises UserError (`not_connected`) where neither the environment nor Airflow names a connection for it.
    """
    person = _person.get() if role == OWN_LOGIN else None
    if person is not None:
        return person
    found = settings.connection(role) or _from_airflow(role)
    if found is None:
        raise UserError(
            f"没有角色 {role} 的数据库连接 | there is no connection for the role {role}",
            code="not_connected",
            expected=f"AIRFLOW_CONN_{role.upper()}, or the connection `{role}` in Airflow",
            todo="start the warehouse with `warehouse up`, or set the connection",
        )
    extra = found.get("extra") or {}
    return Address(
        host=str(extra.get("host") or found.get("host") or "localhost"),
        port=int(str(found.get("port") or 5432)),
        user=str(found.get("login") or role),
        password=str(found.get("password") or ""),
        database=str(found.get("schema") or "warehouse"),
    )


class QuietCursor(psycopg.Cursor[Any]):
    """A cursor whose errors never repeat a row's values (a task's log would show them)."""

    def execute(self, *arguments: Any, **named: Any) -> Self:
        with without_values():
            return super().execute(*arguments, **named)

    def executemany(self, *arguments: Any, **named: Any) -> None:
        with without_values():
            super().executemany(*arguments, **named)

    @contextmanager
    def copy(self, *arguments: Any, **named: Any) -> Iterator[psycopg.Copy]:
        with without_values(), super().copy(*arguments, **named) as copy:
            yield copy


def connect(role: str) -> psycopg.Connection:
    """An open connection as `role`; the caller commits (`with connect(...) as connection:` does at its end)."""
    at = address(role)
    return psycopg.connect(
        host=at.host,
        port=at.port,
        user=at.user,
        password=at.password,
        scram_client_key=at.keys and at.keys.client,
        scram_server_key=at.keys and at.keys.server,
        dbname=at.database,
        application_name=role,
        connect_timeout=10,
        cursor_factory=QuietCursor,
    )


def _from_airflow(role: str) -> dict[str, Any] | None:
    """What Airflow's own store has, in a process of Airflow's."""
    if "airflow" not in sys.modules:
        return None
    from airflow.sdk import Connection  # noqa: PLC0415  Airflow takes seconds to import
    from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError  # noqa: PLC0415

    try:
        kept = Connection.get(role)
    except (AirflowNotFoundException, AirflowRuntimeError):
        return None
    return {
        "host": kept.host,
        "port": kept.port,
        "login": kept.login,
        "password": kept.password,
        "schema": kept.schema,
        "extra": kept.extra_dejson,
    }
