"""Schema of the warehouse: hand-written migrations in order, then the objects that contracts and models declare.

The superuser runs the migrations that have `roles` in their name, sets passwords, and closes what PostgreSQL's own
catalog tells everyone; nothing else. All the rest is done over a connection of wh_owner itself, so that nothing that
belongs to the database (a trigger, a default, a view) ever runs with more rights than its owner has.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from employment_warehouse import settings
from employment_warehouse.database import closed_catalog, feeds, landing_tables, model_tables, seed_tables
from employment_warehouse.database.citus import (
    distribute_functions,
    has_citus,
    make_roles_on_workers,
    on_coordinator_alone,
)
from employment_warehouse.database.describe import describe
from employment_warehouse.database.program_logins import LOGINS, OWNER, making_roles, set_password
from employment_warehouse.errors import UserError

MIGRATIONS = Path(__file__).with_name("migrations")
# Roles and the empty schemas. It can run once; that the schemas exist is the sign that it has.
FIRST = "0001_roles_and_schemas"


def migrate(superuser: psycopg.Connection) -> list[str]:
    """Bring the database up to this version; what was done, in words, empty where nothing was to do.

    Each hand-written migration commits with its record in ops.migration; the generated objects commit together.
    What a login is refused is logged from then on (`warehouse watch`).
    Login roles whose connection the environment names (AIRFLOW_CONN_<ROLE>) get that connection's password.
    Raises UserError: `own_seed_unreadable`, `migration_changed`, `migration_failed`, `migration_impossible`.
    """
    seed_tables.read_all()  # a table whose columns change is empty until the seeds are loaded
    with on_coordinator_alone(superuser):
        superuser.commit()
        return _migrate(superuser)


def _migrate(superuser: psycopg.Connection) -> list[str]:
    superuser.execute("select pg_advisory_lock(hashtext('ops.migration'))")
    try:
        is_new = superuser.execute("select to_regnamespace('ops') is null").fetchone() == (True,)
        if is_new:
            _run(superuser, MIGRATIONS / f"{FIRST}.sql", making_roles(superuser))
        with _signed_in_as_owner(superuser) as owner:
            done = [FIRST] if is_new else []
            with on_coordinator_alone(owner):
                done += _apply_files(superuser, owner)
            make_roles_on_workers(superuser)
            distribute_functions(owner)
            with owner.transaction():
                done += seed_tables.generate(owner, settings.project_root() / "dbt_project")
                _forget_former_counties(owner)
                done += landing_tables.generate(owner)
                done += feeds.generate(owner)
                done += model_tables.generate(owner, settings.project_root() / "dbt_project")
    finally:
        superuser.execute("select pg_advisory_unlock(hashtext('ops.migration'))")
        superuser.commit()
    with making_roles(superuser):
        closed_catalog.generate(superuser)
        # What a login is refused is in the server's log. Of errors elsewhere nothing is: their text may quote a value.
        database = sql.Identifier(superuser.info.dbname)
        superuser.execute(sql.SQL("alter database {} set log_min_messages = 'error'").format(database))
        for role in LOGINS:
            login = settings.connection(role)
            if login and login.get("password"):
                set_password(superuser, role, login["password"])
    return done


@contextmanager
def _signed_in_as_owner(superuser: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A connection as wh_owner, which can sign in for as long as it lasts, with a password that nobody else knows."""
    password, info = secrets.token_urlsafe(32), superuser.info
    name = sql.Identifier(OWNER)
    with making_roles(superuser):
        superuser.execute(sql.SQL("alter role {} login").format(name))
        superuser.execute(sql.SQL("grant connect on database {} to {}").format(sql.Identifier(info.dbname), name))
        set_password(superuser, OWNER, password)
    try:
        with psycopg.connect(
            host=info.host,
            port=info.port,
            user=OWNER,
            password=password,
            dbname=info.dbname,
            application_name="warehouse migrate",
            options="-c search_path=pg_catalog,pg_temp",
            connect_timeout=10,
            autocommit=True,
        ) as owner:
            yield owner
    finally:
        # On Citus its functions reach the other nodes as their owner: from the coordinator, by a certificate.
        closed = sql.SQL("login" if has_citus(superuser) else "nologin")
        with making_roles(superuser):
            superuser.execute(sql.SQL("alter role {} {} password null").format(name, closed))


def _forget_former_counties(owner: psycopg.Connection) -> None:
    """A county that the seed no longer has loses its readers: no one inherits its code."""
    divisions = seed_tables.read("division")
    prefectures = {row["division_code"] for row in divisions if row["level"] == "prefecture"}
    counties = [
        row["division_code"] for row in divisions if row["level"] == "county" and row["parent_code"] in prefectures
    ]
    owner.execute("delete from ops.reader_county where county_code <> all(%s)", (counties,))


def _apply_files(superuser: psycopg.Connection, owner: psycopg.Connection) -> list[str]:
    """Run the migrations that this database lacks; their names."""
    done = []
    with owner.transaction():
        owner.execute(
            """
            create table if not exists ops.migration (
                name text primary key,
                sha256 bytea not null,
                applied_at timestamptz not null default now()
            )
            """
        )
    _assert_same_line(owner)
    for path in sorted(MIGRATIONS.glob("*.sql")):
        sha256 = hashlib.sha256(path.read_bytes()).digest()
        with owner.transaction():
            applied = _applied(owner, path.stem)
            if applied == sha256:
                continue
            if applied is not None:
                raise UserError(
                    f"迁移 {path.stem} 在执行后被改动 | a migration that was applied has been changed since",
                    code="migration_changed",
                    where=str(path),
                    todo="restore the file and write the change as a new migration",
                )
            if path.stem != FIRST:
                if "roles" in path.stem:
                    _run(superuser, path, making_roles(superuser))
                else:
                    _run(owner, path, owner.transaction())
                done.append(path.stem)
            owner.execute("insert into ops.migration (name, sha256) values (%s, %s)", (path.stem, sha256))
    return done


def _run(connection: psycopg.Connection, path: Path, transaction: AbstractContextManager[object]) -> None:
    try:
        with transaction:
            connection.execute(path.read_bytes())
    except psycopg.errors.RaiseException as stop:  # in its own words, which quote no values
        raise UserError(
            stop.diag.message_primary or "",
            code="migration_impossible",
            where=str(path),
            todo=stop.diag.message_hint or "",
        ) from None
    except psycopg.Error as error:
        raise UserError(
            f"迁移 {path.stem} 失败，未留下任何改动 | migration failed, and left nothing behind",
            code="migration_failed",
            where=str(path),
            database=describe(error),
        ) from error


def _assert_same_line(owner: psycopg.Connection) -> None:
    """Migrations that this version does not know are those of a newer one; or of one from before the first release,
    where this version has others of the same numbers.
    """
    names = {path.stem for path in MIGRATIONS.glob("*.sql")}
    numbers = {name.partition("_")[0] for name in names}
    foreign = [name for (name,) in owner.execute("select name from ops.migration") if name not in names]
    if foreign and not numbers & {name.partition("_")[0] for name in foreign}:
        raise UserError(
            "数据库属于较新的版本，不能用旧版本打开 | this database is of a newer version",
            code="migration_impossible",
            where=", ".join(sorted(foreign)),
            todo="install that version again, or restore the backup that was made before the upgrade",
        )
    if foreign:
        raise UserError(
            "数据库由本项目的早期版本建立，不能升级 | this database was set up by a version before the first release",
            code="migration_impossible",
            where=", ".join(sorted(foreign)),
            todo="set up a new warehouse beside it (another WAREHOUSE_HOME) with the same landing zone and keys, "
            "and run its nights in date order",
        )


def _applied(owner: psycopg.Connection, name: str) -> bytes | None:
    """Hash of the migration as it was applied; None: it was not."""
    row = owner.execute("select sha256 from ops.migration where name = %s", (name,)).fetchone()
    return None if row is None else bytes(row[0])
