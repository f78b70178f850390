"""Schema of the warehouse: hand-written migrations in order, then the objects that contracts and models declare."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg

from employment_warehouse import settings
from employment_warehouse.database import feeds, landing_tables, model_tables, seed_tables
from employment_warehouse.database.describe import describe
from employment_warehouse.database.roles import LOGINS, set_password
from employment_warehouse.errors import UserError

MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(superuser_connection: psycopg.Connection) -> list[str]:
    """Bring the database up to this version; what was done, in words, empty where nothing was to do.

    Each hand-written migration commits with its record in ops.migration; the generated objects commit together.
    Login roles whose connection the environment names (AIRFLOW_CONN_<ROLE>) get that connection's password.
    Raises UserError: `migration_changed`, `migration_failed`, `migration_impossible`.
    """
    connection = superuser_connection
    done = _apply_files(connection)
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtext('ops.migration'))")
        done += seed_tables.generate(connection, settings.project_root() / "dbt_project")
        _forget_counties(connection)
        done += landing_tables.generate(connection)
        done += feeds.generate(connection)
        done += model_tables.generate(connection, settings.project_root() / "dbt_project")
    for role in LOGINS:
        given = settings.connection(role)
        if given and given.get("password"):
            set_password(connection, role, given["password"])
    connection.commit()
    return done


def _forget_counties(connection: psycopg.Connection) -> None:
    """A county that the seed no longer has loses its readers: nobody inherits its number."""
    divisions = seed_tables.read("division")
    prefectures = {row["division_code"] for row in divisions if row["level"] == "prefecture"}
    counties = [
        row["division_code"] for row in divisions if row["level"] == "county" and row["parent_code"] in prefectures
    ]
    connection.execute("delete from ops.reader_county where county_code <> all(%s)", (counties,))


def _apply_files(connection: psycopg.Connection) -> list[str]:
    done = []
    _assert_same_line(connection)
    for path in sorted(MIGRATIONS.glob("*.sql")):
        text = path.read_bytes()
        digest = hashlib.sha256(text).digest()
        with connection.transaction():
            connection.execute("select pg_advisory_xact_lock(hashtext('ops.migration'))")
            applied = _applied(connection, path.stem)
            if applied == digest:
                continue
            if applied is not None:
                raise UserError(
                    f"迁移 {path.stem} 在执行后被改动 | a migration that was applied has been changed since",
                    code="migration_changed",
                    where=str(path),
                    todo="restore the file and write the change as a new migration",
                )
            try:
                connection.execute(text)
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
            connection.execute(
                """
                create table if not exists ops.migration (
                    name text primary key,
                    sha256 bytea not null,
                    applied_at timestamptz not null default now()
                );
                alter table ops.migration owner to wh_owner
                """
            )
            connection.execute("insert into ops.migration (name, sha256) values (%s, %s)", (path.stem, digest))
        done.append(path.stem)
    return done


def _assert_same_line(connection: psycopg.Connection) -> None:
    """A warehouse that was set up before the first release has migrations that this version does not know."""
    known = connection.execute("select to_regclass('ops.migration')").fetchone()
    if known is None or known[0] is None:
        return
    names = {path.stem for path in MIGRATIONS.glob("*.sql")}
    foreign = [name for (name,) in connection.execute("select name from ops.migration") if name not in names]
    if foreign:
        raise UserError(
            "数据库由本项目的早期版本建立，不能升级 | this database was set up by a version before the first release",
            code="migration_impossible",
            where=", ".join(sorted(foreign)),
            todo="set up a new warehouse beside it (another WAREHOUSE_HOME) with the same landing zone and keys, "
            "and run its nights in date order",
        )


def _applied(connection: psycopg.Connection, name: str) -> bytes | None:
    """Digest of the migration as it was applied; None: it was not."""
    known = connection.execute("select to_regclass('ops.migration')").fetchone()
    if known is None or known[0] is None:
        return None
    row = connection.execute("select sha256 from ops.migration where name = %s", (name,)).fetchone()
    return None if row is None else bytes(row[0])
