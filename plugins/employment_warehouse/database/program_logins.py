"""Login roles and their passwords. A password is sent as a SCRAM verifier, so no statement carries one.

What each role may do is granted by the migrations, and of models by `reader_views`, not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

SUPERUSER = "postgres"
OWNER = "wh_owner"
# Programs of the warehouse sign in as these; people as themselves (ops.add_user).
LOGINS = (
    "wh_loader",
    "wh_transformer",
    "wh_gate",
    "wh_publisher",
    "wh_returner",
    "wh_reporter",
    "wh_watcher",
)


def password_variable(role: str) -> str:
    """The variable that holds the password of a role where it is not the home's: WH_LOADER_PASSWORD."""
    return f"{role.upper()}_PASSWORD"


@contextmanager
def making_roles(superuser: psycopg.Connection) -> Iterator[None]:
    """A transaction of the superuser in which nothing of the database's own can run: no trigger, no event trigger, no
    function of another schema that a name might mean."""
    with superuser.transaction():
        superuser.execute(
            "set local session_replication_role = replica; set local event_triggers = off;"
            " set local search_path = pg_catalog, pg_temp"
        )
        yield
    superuser.commit()


def verifier(connection: psycopg.Connection, role: str, password: str) -> str:
    """What the database keeps of a password (SCRAM); the password cannot be found from it."""
    return connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()


def set_password(connection: psycopg.Connection, role: str, password: str) -> None:
    """From now on `role` signs in with this password only."""
    kept = verifier(connection, role, password)
    connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(kept)))


def make_airflow_database(connection: psycopg.Connection, password: str) -> None:
    """Create Airflow's database on the same server, with a login that owns it and can connect to nothing else."""
    connection.autocommit = True
    connection.execute("do $$ begin if to_regrole('airflow') is null then create role airflow login; end if; end $$")
    connection.execute("grant pg_use_reserved_connections to airflow")
    if connection.execute("select from pg_database where datname = 'airflow'").fetchone() is not None:
        return
    set_password(connection, "airflow", password)
    connection.execute("create database airflow owner airflow template template0")
    connection.execute("revoke all on database airflow from public")
    connection.execute("revoke connect on database postgres, template1 from public")
