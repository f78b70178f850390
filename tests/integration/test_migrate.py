"""Migrations: what belongs to the database runs with the rights of its owner, never with those of the superuser."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from employment_warehouse import database
from employment_warehouse.database.program_logins import OWNER
from employment_warehouse.errors import UserError

pytestmark = pytest.mark.quick
migrations = importlib.import_module("employment_warehouse.database.migrate")

# Every table that a migration touches records the roles under which it was touched, in ways that a session of a replica
# skips and in ways that it does not.
TRAPS = """
    create table ops.seen (session name, at name, is_superuser text);
    create function ops.trap() returns trigger language plpgsql as $$
    begin
        insert into ops.seen values (session_user, current_user, current_setting('is_superuser'));
        begin
            execute 'reset role';
            execute 'alter role wh_transformer superuser';
        exception when others then null;
        end;
        return null;
    end $$;
    grant insert on ops.seen to public;
"""
TRIGGER = """
    create trigger trap after insert or update or delete on {table} for each statement execute function ops.trap();
    alter table {table} enable always trigger trap;
"""


@pytest.fixture
def more_migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the project's migrations, for those of a test."""
    for path in migrations.MIGRATIONS.glob("*.sql"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(migrations, "MIGRATIONS", tmp_path)
    yield tmp_path


def set_traps(superuser: psycopg.Connection) -> None:
    superuser.execute("set role wh_owner")
    superuser.execute(sql.SQL(TRAPS))  # type: ignore[arg-type]
    tables = superuser.execute(
        "select format('%I.%I', n.nspname, c.relname) from pg_class as c inner join pg_namespace as n"
        " on n.oid = c.relnamespace where n.nspname in ('ops', 'seeds') and c.relkind = 'r'"
        " and c.relname not in ('seen', 'act')"
    ).fetchall()
    for (table,) in tables:
        superuser.execute(TRIGGER.format(table=table))  # type: ignore[arg-type]
    # What an unqualified name might mean to somebody whose search path begins with a schema of the own name.
    superuser.execute(
        """
        create schema postgres;
        grant usage on schema postgres to public;
        create function postgres.to_regrole(varchar) returns regrole language plpgsql as $$
        begin
            insert into ops.seen values (session_user, current_user, current_setting('is_superuser'));
            return pg_catalog.to_regrole($1::text);
        end $$;
        grant execute on function postgres.to_regrole(varchar) to public;
        """
    )
    superuser.execute("reset role")


def test_nothing_of_the_database_runs_as_superuser(warehouse: psycopg.Connection, more_migrations: Path) -> None:
    (more_migrations / "9001_roles_of_tests.sql").write_text(
        "do $$ begin if to_regrole('wh_test_role'::varchar) is null then create role wh_test_role nologin; end if;"
        " end $$;"
    )
    (more_migrations / "9002_table_of_tests.sql").write_text(
        "create table ops.of_tests (a integer); update ops.feed set title_en = title_en || ' changed';"
    )
    warehouse.execute("delete from ops.generated_object where name < 'e'")
    set_traps(warehouse)
    try:
        assert {"9001_roles_of_tests", "9002_table_of_tests"} <= set(database.migrate(warehouse))
    finally:
        warehouse.execute("drop role if exists wh_test_role")
    seen = warehouse.execute("select distinct session, at, is_superuser from ops.seen").fetchall()
    assert seen == [("wh_owner", "wh_owner", "off")]
    assert warehouse.execute("select rolname from pg_roles where rolsuper").fetchall() == [("postgres",)]


def test_a_migration_that_needs_more_than_the_owner_has_is_refused(
    warehouse: psycopg.Connection, more_migrations: Path
) -> None:
    (more_migrations / "9001_too_much.sql").write_text("create role wh_test_role nologin")
    with pytest.raises(UserError, match="left nothing behind") as refused:
        database.migrate(warehouse)
    assert refused.value.where.endswith("9001_too_much.sql")
    assert warehouse.execute("select to_regrole('wh_test_role')").fetchone() == (None,)


def test_the_owner_can_sign_in_only_while_a_migration_runs(warehouse: psycopg.Connection) -> None:
    assert database.migrate(warehouse) == []
    row = warehouse.execute(
        "select rolcanlogin, rolpassword, rolsuper or rolcreaterole from pg_authid where rolname = %s",
        (OWNER,),
    ).fetchone()
    assert row == (False, None, False)


def test_a_migration_that_was_changed_is_refused(warehouse: psycopg.Connection, more_migrations: Path) -> None:
    with (more_migrations / "0024_acts.sql").open("a") as file:
        file.write("\n-- one more line")
    with pytest.raises(UserError) as refused:
        database.migrate(warehouse)
    assert refused.value.code == "migration_changed"
