"""Who may do what: as `tests/integration/privileges.yaml` declares it, and as the catalog of a database has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, NamedTuple

import psycopg
import yaml

from employment_warehouse.database.model_declarations import read_models
from employment_warehouse.settings import project_root

OWNER = "wh_owner"
FILE = project_root() / "tests" / "integration" / "privileges.yaml"
# Names of objects, by the section of the file that grants on them; a relation is a table or a view.
FUNCTION = "format('%I.%I(%s)', n.nspname, p.proname, replace(oidvectortypes(p.proargtypes), ', ', ','))"
OBJECTS = {
    "relations": """
        select format('%I.%I', n.nspname, c.relname), c.relowner::regrole::text
        from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname !~ '^(pg_|information_schema)' and c.relkind in ('r', 'p', 'v', 'm', 'f')
    """,
    "functions": f"""
        select {FUNCTION}, p.proowner::regrole::text
        from pg_proc as p inner join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname !~ '^(pg_|information_schema)'
    """,
    "schemas": """
        select nspname, nspowner::regrole::text from pg_namespace
        where nspname !~ '^(pg_|information_schema)' and nspname <> 'public'
    """,
}
GRANTS = f"""
    with granted (section, name, acl, owner, column_name) as (
        select 'relations', format('%I.%I', n.nspname, c.relname), c.relacl, c.relowner, ''
        from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
        union all
        select 'relations', format('%I.%I', n.nspname, c.relname), a.attacl, c.relowner, a.attname
        from pg_attribute as a
        inner join pg_class as c on c.oid = a.attrelid
        inner join pg_namespace as n on n.oid = c.relnamespace
        union all
        select
            'functions', {FUNCTION},
            coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner, ''
        from pg_proc as p inner join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname !~ '^(pg_|information_schema)'
        union all
        select 'schemas', nspname, nspacl, nspowner, '' from pg_namespace
        union all
        select 'database', '', datacl, datdba, '' from pg_database where datname = current_database()
        union all
        select 'default_privileges', defaclrole::regrole::text || ' ' || defaclobjtype::text, defaclacl, defaclrole, ''
        from pg_default_acl
    )
    select
        section, name, column_name, case grantee when 0 then 'public' else grantee::regrole::text end,
        lower(privilege_type), is_grantable
    from granted, aclexplode(acl)
    where grantee <> owner and name !~ '^"?(pg_|information_schema)'
"""
ROLES = """
    select
        r.rolname,
        r.rolcanlogin,
        coalesce(array(
            select m.roleid::regrole::text from pg_auth_members as m where m.member = r.oid and not m.admin_option
        ), '{}'),
        coalesce((select s.setconfig from pg_db_role_setting as s where s.setrole = r.oid and s.setdatabase = 0), '{}'),
        r.rolconnlimit,
        r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls or not r.rolinherit
            or exists (select from pg_auth_members as m where m.member = r.oid and m.admin_option)
    from pg_roles as r
    where r.rolname ~ '^(wh|operator|analyst|auditor|county|caseworker)_'
"""


class Grant(NamedTuple):
    """One privilege of one role on one object, or on one column of it."""

    section: str
    name: str
    column: str
    role: str
    privilege: str


class Role(NamedTuple):
    """A role's attributes."""

    name: str
    login: bool
    member_of: tuple[str, ...]
    settings: tuple[str, ...]
    connections: int = -1
    has_other_powers: bool = False


def declared() -> dict[str, Any]:
    """The file."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return content


@cache
def sensitivities() -> dict[str, str]:
    """Of each readers' view of a model its sensitivity, as the model declares it."""
    models = read_models(project_root() / "dbt_project")
    return {f"marts.{view}": model.sensitivity for model in models for view in (model.name, model.today) if view}


def objects(connection: psycopg.Connection, section: str) -> dict[str, str]:
    """Owners of all objects of a section, by name."""
    return dict(connection.execute(OBJECTS[section]).fetchall())


def executable(connection: psycopg.Connection) -> set[str]:
    """The functions that the login of this connection may execute."""
    rows = connection.execute(f"{OBJECTS['functions']} and has_function_privilege(p.oid, 'execute')")
    return {name for name, _ in rows}


def grants_of_the_catalog(connection: psycopg.Connection) -> set[Grant]:
    """Every grant in the database to another than the owner. Raises AssertionError where one may be passed on."""
    rows = connection.execute(GRANTS).fetchall()
    assert [row for row in rows if row[-1]] == [], "grants that may be passed on"
    return {Grant(*row[:-1]) for row in rows}


def grants_of_the_file(connection: psycopg.Connection) -> set[Grant]:
    """Every grant that the file declares, for the objects that exist. Raises AssertionError for an idle entry."""
    file = declared()
    found = {Grant("database", "", "", role, privilege) for privilege, role in _pairs(file["database"])}
    for section in ("relations", "functions", "schemas"):
        entries, used = file[section], set()
        for name in objects(connection, section):
            entry = entry_of(entries, name)
            if entry is not None:
                used.add(entry)
                of = {"execute": entries[entry]} if section == "functions" else entries[entry]
                of = file["sensitivities"].get(sensitivities().get(name), of)
                found |= {Grant(section, name, "", role, privilege) for privilege, role in _pairs(of)}
        assert set(entries) == used, f"{section} without an object: {sorted(set(entries) - used)}"
    for name, roles in file["columns"].items():
        for role, privileges in roles.items():
            found |= {Grant("relations", name, column, role, privilege) for privilege, column in _pairs(privileges)}
    for role, kinds in file["default_privileges"].items():
        for kind, roles in kinds.items():
            found |= {Grant("default_privileges", f"{role} {kind[0]}", "", other, "execute") for other in roles}
    return found


def roles_of_the_catalog(connection: psycopg.Connection) -> set[Role]:
    """Every role of the warehouse."""
    return {
        Role(name, login, tuple(sorted(groups)), tuple(sorted(settings)), connections, powers)
        for name, login, groups, settings, connections, powers in connection.execute(ROLES)
    }


def roles_of_the_file(names: Iterable[str]) -> set[Role]:
    """The roles of these names as the file declares them; a name that it lacks is left out."""
    entries = declared()["roles"]
    found = set()
    for name in {*names, *(entry for entry in entries if "*" not in entry)}:
        entry = entry_of(entries, name)
        if entry is not None:
            of = entries[entry]
            found.add(
                Role(
                    name,
                    of.get("login", False),
                    tuple(sorted(of.get("member_of", ()))),
                    tuple(sorted(of.get("settings", ()))),
                    of.get("connections", -1),
                    of.get("powers", False),
                )
            )
    return found


def entry_of(entries: Mapping[str, Any], name: str) -> str | None:
    """The entry for an object: its own, else the pattern that matches, else None."""
    if name in entries:
        return name
    return next((entry for entry in entries if entry.endswith("*") and fnmatchcase(name, entry)), None)


def groups_of(role: str) -> set[str]:
    """A role and all roles that it is a member of, as the file has it."""
    entries = declared()["roles"]
    direct = entries.get(entry_of(entries, role), {}).get("member_of", [])  # PostgreSQL's own groups have none
    return {role}.union(*(groups_of(group) for group in direct))


def _pairs(lists: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    return [(key, value) for key, values in lists.items() for value in values]
