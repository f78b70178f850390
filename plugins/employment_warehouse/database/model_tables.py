"""Tables of `tonight` and `store`, views of `build` and `marts`: generated from the YAML of dbt's models.

A model is declared once, beside its SQL. dbt owns nothing: it inserts into `tonight.<model>`; tables, views, rights
and comments belong to wh_owner and are made here, by `warehouse migrate`. A model's folder gives its layer
(`dbt_project.yml`): `tonight` has the table in that schema alone; `reported` has versions in `store` and the view of
its open rows; `core` and `mart` have a readers' view too.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg
from psycopg import sql

from employment_warehouse.database.catalog import existing_columns, identifiers, type_name
from employment_warehouse.database.citus import distribute, has_citus, on_coordinator_alone
from employment_warehouse.database.model_declarations import Model, read_models
from employment_warehouse.database.reader_views import views_of
from employment_warehouse.errors import UserError

BUILD_COLUMNS = ("from_build", "to_build")


def generate(connection: psycopg.Connection, project_dir: Path) -> list[str]:
    """Make or extend what the models of the dbt project declare; what was done, in words. The caller commits.

    Columns are only ever added (rows from before have NULL there); only views are dropped and made again.
    Raises UserError: `model_incomplete`, `model_key_unknown`, `model_type_changed`.
    """
    done = []
    models = read_models(project_dir)
    # A model that is no longer declared need not be written by a published build.
    connection.execute("delete from ops.versioned where model <> all(%s)", ([model.name for model in models],))
    for model in models:
        done += _extend_table(connection, model, "tonight")
        if model.is_versioned:
            done += _extend_table(connection, model, "store")
        views = views_of(
            model, list(_existing_columns(connection, model, "tonight")), _is_distributed(connection, model)
        )
        rights = _rights(model)
        indexes = [_indexes(model)] if model.is_versioned else []
        if _record_script(connection, model.name, sql.SQL("\n").join([_version(model), rights, *indexes, views])):
            connection.execute(rights)
            with on_coordinator_alone(connection):
                connection.execute(sql.SQL("\n").join([_version(model), *indexes, views]))
            done.append(f"{model.name}: indexes, rights, views, comments")
    return done


def _existing_columns(connection: psycopg.Connection, model: Model, schema: str) -> dict[str, str]:
    """The columns that the model's table has, with their types; without those of the builds."""
    existing = existing_columns(connection, schema, model.name)
    return {name: kind for name, kind in existing.items() if name not in BUILD_COLUMNS}


def _extend_table(connection: psycopg.Connection, model: Model, schema: str) -> list[str]:
    """The model's table in `tonight` or `store`, with every declared column; what was added."""
    table = sql.Identifier(schema, model.name)
    existing = _existing_columns(connection, model, schema)
    if not existing:
        connection.execute(
            _create_table(model, schema, is_logged=schema == "store" or _is_distributed(connection, model))
        )
        connection.execute(sql.SQL("alter table {} owner to wh_owner").format(table))
        if model.distributed_by:
            distribute(connection, schema, model.name, model.distributed_by)
        return [f"{schema}.{model.name}"]
    done = []
    for column in model.columns:
        if column.name not in existing:
            connection.execute(
                sql.SQL("alter table {} add column {} {}").format(table, sql.Identifier(column.name), column.sql_type)
            )
            done.append(f"{schema}.{model.name}.{column.name}")
        elif existing[column.name] != type_name(connection, column.data_type):
            raise UserError(
                f"{schema}.{model.name}.{column.name}: 类型已变 | its type has changed",
                code="model_type_changed",
                expected=f"{existing[column.name]}, as the table has it",
                todo="write a migration that converts the column, or give the new one another name",
            )
    return done


def _is_distributed(connection: psycopg.Connection, model: Model) -> bool:
    """Whether a model's rows are on other nodes."""
    return bool(model.distributed_by) and has_citus(connection)


def _create_table(model: Model, schema: str, *, is_logged: bool) -> sql.Composed:
    """Of `tonight`: for a night's rows alone, and without constraints (ops.write_version checks the key). Unlogged, as
    the coordinator knows when they are lost (ops.tonight_core); of another node it would not.
    """
    is_store = schema == "store"
    columns = [
        sql.SQL("{} {}{}").format(
            sql.Identifier(column.name),
            column.sql_type,
            sql.SQL(" not null" if is_store and column.name in model.key else ""),
        )
        for column in model.columns
    ]
    if is_store:
        columns.append(sql.SQL("from_build integer not null, to_build integer, check (from_build < to_build)").format())
    return sql.SQL("create {} table {} ({})").format(
        sql.SQL("" if is_logged else "unlogged"), sql.Identifier(schema, model.name), sql.SQL(", ").join(columns)
    )


def _record_script(connection: psycopg.Connection, name: str, script: sql.Composed) -> bool:
    """Record this script as the one that ran last; whether that is news, so that it has to run."""
    text = script.as_string(connection)
    changed = connection.execute(
        """
        insert into ops.generated_object as known (name, statement_digest) values (%s, %s)
        on conflict (name) do update set statement_digest = excluded.statement_digest, made_at = now()
        where known.statement_digest <> excluded.statement_digest
        returning name
        """,
        (name, hashlib.sha256(text.encode()).digest()),
    ).fetchone()
    return changed is not None


def _indexes(model: Model) -> sql.Composed:
    """Declared in ops.store_index; built by ops.index_store after the first load."""
    table = sql.Identifier("store", model.name)
    key = identifiers(model.key)
    wanted = {
        "open": sql.SQL("create unique index {} on {} ({}) where to_build is null").format,
        "versions": sql.SQL("create unique index {} on {} ({}, from_build)").format,
        "opened": sql.SQL("create index {} on {} using brin (from_build) with (pages_per_range = 16)").format,
        "closed": sql.SQL("create index {} on {} (to_build) where to_build is not null").format,
    }
    declared = [
        (f"{model.name}_{name}", make(sql.Identifier(f"{model.name}_{name}"), table, key))
        for name, make in wanted.items()
    ]
    for columns in _read_by(model):
        name = f"{model.name}_by_{'_'.join(columns)}"
        declared.append(
            (
                name,
                sql.SQL("create index {} on {} ({})").format(sql.Identifier(name), table, identifiers(columns)),
            )
        )
    rows = [
        sql.SQL("({}, {}, {})").format(
            sql.Literal(model.name), sql.Literal(name), sql.Literal(statement.as_string(None))
        )
        for name, statement in declared
    ]
    return sql.SQL(
        "delete from ops.store_index where store_name = {};\n"
        "insert into ops.store_index (store_name, index_name, statement) values {};"
    ).format(sql.Literal(model.name), sql.SQL(", ").join(rows))


def _read_by(model: Model) -> list[tuple[str, ...]]:
    """Columns of further indexes: those declared, and the county's, by which a county's own rows are read."""
    firsts = {columns[0] for columns in (model.key, *model.indexes)}
    by_county = model.has_own_rows and not model.seen_by and "county_code" not in firsts
    return [*model.indexes, *([("county_code",)] if by_county else [])]


def _rights(model: Model) -> sql.Composed:
    """Only functions of wh_owner write `store`; dbt fills `tonight`."""
    tonight = sql.SQL("grant select, insert on {} to wh_transformer; grant select on {} to wh_gate;").format(
        *2 * [sql.Identifier("tonight", model.name)]
    )
    if not model.is_versioned:
        return tonight
    store = sql.SQL("grant select on {} to wh_transformer, wh_gate;").format(sql.Identifier("store", model.name))
    return sql.SQL("{} {}").format(tonight, store)


def _version(model: Model) -> sql.Composed:
    """What ops.write_version and gate 2 have to know of the model."""
    return sql.SQL(
        "insert into ops.versioned (model, key, scope, scope_by, feed, may_be_empty) values ({}, {}, {}, {}, {}, {})"
        " on conflict (model) do update set key = excluded.key, scope = excluded.scope, scope_by = excluded.scope_by,"
        " feed = excluded.feed, may_be_empty = excluded.may_be_empty;"
    ).format(
        sql.Literal(model.name),
        sql.Literal(list(model.key) or None),
        sql.Literal(list(model.scope)),
        sql.Literal(model.scope_by),
        sql.Literal(model.feed),
        sql.Literal(model.may_be_empty),
    )
