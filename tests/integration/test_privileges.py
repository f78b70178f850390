"""Every privilege is declared in one file: by the catalog, and by signing in as each role."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql
from tests.kit import privileges
from tests.kit.privileges import Grant, entry_of

from employment_warehouse.database import connect
from employment_warehouse.database.embedded import Server
from employment_warehouse.database.program_logins import LOGINS

pytestmark = pytest.mark.quick
# What PostgreSQL answers to somebody who may not; the last two, where nobody can, as the view is computed.
REFUSED = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.ObjectNotInPrerequisiteState,
    psycopg.errors.WrongObjectType,
)
ATTEMPTS = {
    "select": "select {column} from {table} where false",
    "insert": "insert into {table} ({column}) select null where false",
    "update": "update {table} set {column} = null where false",
    "delete": "delete from {table} where false",
    "truncate": "truncate {table}",
}


def test_every_grant_is_in_the_file_and_the_reverse(warehouse_server: Server) -> None:
    with warehouse_server.connect_superuser() as connection:
        found, declared = privileges.grants_of_the_catalog(connection), privileges.grants_of_the_file(connection)
    assert sorted(found - declared) == [], "granted, but not in privileges.yaml"
    assert sorted(declared - found) == [], "in privileges.yaml, but not granted"


def test_every_role_and_its_groups_and_settings_are_in_the_file_and_the_reverse(warehouse_server: Server) -> None:
    with warehouse_server.connect_superuser() as connection:
        found = privileges.roles_of_the_catalog(connection)
    assert found == privileges.roles_of_the_file(role.name for role in found)


@pytest.mark.parametrize("section", ["relations", "functions", "schemas"])
def test_everything_belongs_to_the_owner(warehouse_server: Server, section: str) -> None:
    with warehouse_server.connect_superuser() as connection:
        owners = privileges.objects(connection, section)
    others = privileges.declared()["owners"]
    expected = {name: others.get(name.split(".")[0], privileges.OWNER) for name in owners}
    assert owners == expected


def test_a_grant_that_is_not_in_the_file_is_found(warehouse: psycopg.Connection) -> None:
    """So are those on columns, on functions, to everyone, and by default."""
    declared = privileges.grants_of_the_file(warehouse) | privileges.grants_of_the_catalog(warehouse)
    warehouse.execute(
        """
        grant delete on store.dim_workshop to wh_transformer;
        grant select (sealed) on vault.person to wh_loader;
        grant execute on function ops.publish(integer) to public;
        grant create on schema marts to wh_reader;
        alter default privileges for role wh_owner grant select on tables to public;
        """
    )
    assert privileges.grants_of_the_catalog(warehouse) - declared == {
        Grant("relations", "store.dim_workshop", "", "wh_transformer", "delete"),
        Grant("relations", "vault.person", "sealed", "wh_loader", "select"),
        Grant("functions", "ops.publish(integer)", "", "public", "execute"),
        Grant("schemas", "marts", "", "wh_reader", "create"),
        Grant("default_privileges", "wh_owner r", "", "public", "select"),
    }


@pytest.mark.parametrize("role", [*LOGINS, "wh_analyst", "wh_auditor", "county_532528", "caseworker_532528"])
def test_a_role_that_signs_in_can_do_exactly_what_the_file_grants(warehouse: psycopg.Connection, role: str) -> None:
    """On every object with an entry of its own, and on three of each pattern and sensitivity."""
    groups = privileges.groups_of(role)
    granted = {grant for grant in privileges.grants_of_the_file(warehouse) if grant.role in groups}
    usable = {grant.name for grant in granted if grant.section == "schemas"}
    differing = []
    with connect(role) as connection:
        connection.autocommit = True
        connection.execute("set default_transaction_read_only = off")
        for table, column in _sample(warehouse):
            for privilege in ATTEMPTS:
                wanted = table.split(".")[0] in usable and not granted.isdisjoint(
                    Grant("relations", table, of, group, privilege) for of in ("", column) for group in groups
                )
                if wanted != _succeeds(connection, privilege, table, column):
                    differing.append((privilege, table, column, "should succeed" if wanted else "should be refused"))
        executable = privileges.executable(connection)
    assert differing == []
    assert executable == {grant.name for grant in granted if grant.section == "functions"}


def _sample(warehouse: psycopg.Connection) -> list[tuple[str, str]]:
    """(table or view, column): all columns where some are granted, else the first."""
    file = privileges.declared()
    rows = warehouse.execute(
        """
        select format('%I.%I', n.nspname, c.relname), array_agg(a.attname::text order by a.attnum)
        from pg_class as c
        inner join pg_namespace as n on n.oid = c.relnamespace
        inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            and a.attidentity = '' and a.attgenerated = ''
        where n.nspname !~ '^(pg_|information_schema)' and c.relkind in ('r', 'v')
        group by 1 order by 1
        """
    ).fetchall()
    taken: dict[tuple[str | None, str | None], int] = {}
    sample = []
    for table, columns in rows:
        entry = (entry_of(file["relations"], table), privileges.sensitivities().get(table))
        taken[entry] = taken.get(entry, 0) + 1
        if entry[0] is None or taken[entry] <= 3:
            sample += [(table, column) for column in (columns if table in file["columns"] else columns[:1])]
    return sample


def _succeeds(connection: psycopg.Connection, privilege: str, table: str, column: str) -> bool:
    statement = sql.SQL(ATTEMPTS[privilege]).format(
        table=sql.Identifier(*table.split(".")), column=sql.Identifier(column)
    )
    try:
        connection.execute(statement)
    except REFUSED:
        return False
    return True
