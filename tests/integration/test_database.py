from __future__ import annotations

import psycopg
import pytest

from employment_warehouse import database
from employment_warehouse.database.connections import address
from employment_warehouse.database.embedded import LOGINS, Server
from employment_warehouse.errors import UserError

pytestmark = pytest.mark.quick


def test_every_role_signs_in_with_its_own_password(warehouse: psycopg.Connection) -> None:
    for role in (*LOGINS, "county_532501"):
        with database.connect(role) as connection:
            assert connection.execute("select current_user").fetchone() == (role,)


@pytest.mark.parametrize("way", ["socket", "host"])
def test_a_wrong_password_is_refused(warehouse_server: Server, way: str) -> None:
    host = str(warehouse_server.socket_folder) if way == "socket" else "127.0.0.1"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=host,
            port=warehouse_server.port,
            user="wh_reporter",
            dbname="warehouse",
            password=address("wh_loader").password,
        )


def test_nothing_is_left_to_migrate_after_a_migration(warehouse: psycopg.Connection) -> None:
    assert database.migrate(warehouse) == []


def test_a_warehouse_from_before_the_first_release_is_refused(warehouse: psycopg.Connection) -> None:
    """Its tokens may be of another kind (HMAC): beside those of today, the same people would be strangers."""
    warehouse.execute("insert into ops.migration (name, sha256) values ('0003_publication', sha256('of then'))")
    with pytest.raises(UserError) as refused:
        database.migrate(warehouse)
    assert refused.value.code == "migration_impossible"
    assert refused.value.where == "0003_publication"
    assert "WAREHOUSE_HOME" in refused.value.todo


def test_an_older_version_is_refused_by_what_it_is(warehouse: psycopg.Connection) -> None:
    """As after `git checkout` of the former version, or a newer backup that it restored."""
    warehouse.execute("insert into ops.migration (name, sha256) values ('9001_of_a_newer_version', sha256('new'))")
    with pytest.raises(UserError, match="newer version") as refused:
        database.migrate(warehouse)
    assert refused.value.code == "migration_impossible"
    assert refused.value.where == "9001_of_a_newer_version"
    assert "WAREHOUSE_HOME" not in refused.value.todo


def test_no_error_of_a_connection_repeats_a_value(warehouse: psycopg.Connection) -> None:
    warehouse.execute("create table public.secret (person text primary key, wage integer)")
    warehouse.execute("grant all on public.secret to wh_loader; grant usage on schema public to wh_loader")
    statements = [
        "insert into public.secret values ('canary', 1), ('canary', 2)",
        "insert into public.secret values ('other', 'canary'::text::integer)",
    ]
    for statement in statements:
        with pytest.raises(psycopg.Error) as raised, database.connect("wh_loader") as connection:
            connection.execute(statement)  # type: ignore[arg-type]
        assert "canary" not in str(raised.value)
        assert raised.value.sqlstate in str(raised.value)
    with (
        pytest.raises(psycopg.Error) as raised,
        database.connect("wh_loader") as connection,
        connection.cursor().copy("copy public.secret from stdin") as copy,
    ):
        copy.write_row(("x", "canary"))
    assert "canary" not in str(raised.value)


def test_an_error_about_names_lists_them(warehouse: psycopg.Connection) -> None:
    with pytest.raises(psycopg.Error, match="no_such_column"), database.connect("wh_analyst") as connection:
        connection.execute("select no_such_column from marts.publications")
