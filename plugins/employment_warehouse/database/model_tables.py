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

from employment_warehouse.database.catalog import existing_columns, type_name
from employment_warehouse.database.citus import distribute, has_citus, on_coordinator_alone
from employment_warehouse.database.model_declarations import Claim, Model, ModelColumn, read_models
from employment_warehouse.errors import UserError

# By sensitivity. Who audits sees figures and acts, not persons; findings on persons are for those who act on them.
READERS = {"L1": "wh_reader", "L2": "wh_analyst, wh_county", "L3": "wh_county"}
BUILD_COLUMNS = ("from_build", "to_build")
REPORT_DATE = ModelColumn(
    "report_date", "date", "所示发布对应的报告日期。 | Report date of the publication that is shown."
)


def generate(connection: psycopg.Connection, project_dir: Path) -> list[str]:
    """Make or extend what the models of the dbt project declare; what was done, in words. The caller commits.

    Columns are only ever added (rows from before have NULL there); only views are dropped and made again.
    Raises UserError: `model_incomplete`, `model_key_unknown`, `model_type_changed`.
    """
    done = []
    models = read_models(project_dir)
    # What is no longer declared need not be written by a build that is published.
    connection.execute("delete from ops.versioned where model <> all(%s)", ([model.name for model in models],))
    for model in models:
        done += _extend_table(connection, model, "tonight")
        if model.is_versioned:
            done += _extend_table(connection, model, "store")
        is_far = bool(model.distributed_by) and has_citus(connection)
        views = _views(model, list(_existing_columns(connection, model, "tonight")), is_far)
        rights = _rights(model)
        if _is_new(connection, model.name, sql.SQL("\n").join([_version(model), rights, views])):
            connection.execute(rights)
            with on_coordinator_alone(connection):
                connection.execute(sql.SQL("\n").join([_version(model), views]))
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
        connection.execute(_create_table(model, schema))
        connection.execute(sql.SQL("alter table {} owner to wh_owner").format(table))
        if model.distributed_by:
            distribute(connection, schema, model.name, model.distributed_by)
        return [f"{schema}.{model.name}"]
    done = []
    for column in model.columns:
        if column.name not in existing:
            connection.execute(
                sql.SQL("alter table {} add column {} {}").format(table, sql.Identifier(column.name), _type(column))
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


def _create_table(model: Model, schema: str) -> sql.Composed:
    """Of `tonight`: unlogged, for a night's rows alone, and without constraints (ops.write_version checks the key)."""
    is_store = schema == "store"
    columns = [
        sql.SQL("{} {}{}").format(
            sql.Identifier(column.name),
            _type(column),
            sql.SQL(" not null" if is_store and column.name in model.key else ""),
        )
        for column in model.columns
    ]
    if is_store:
        columns.append(sql.SQL("from_build integer not null, to_build integer, check (from_build < to_build)").format())
    return sql.SQL("create {} table {} ({})").format(
        sql.SQL("" if is_store else "unlogged"), sql.Identifier(schema, model.name), sql.SQL(", ").join(columns)
    )


def _type(column: ModelColumn) -> sql.SQL:
    return sql.SQL(column.data_type)  # from a reviewed file, not from data


def _is_new(connection: psycopg.Connection, name: str, script: sql.Composed) -> bool:
    """Whether the script has to run: it never did, or it is no longer the one that ran."""
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


def _views(model: Model, columns: list[str], is_far: bool) -> sql.Composed:
    """The script that makes the views on a model's tables, and declares its indexes; it may run again.

    is_far: its rows are on other machines.
    """
    parts: list[sql.Composable] = []
    if model.is_versioned:
        parts += [_indexes(model), _build_view(model, columns)]
    if model.is_read:
        parts.append(_readers_view(model, is_far))
    if model.today:
        parts.append(_today_view(model))
    return sql.SQL("\n").join(parts)


def _indexes(model: Model) -> sql.Composed:
    """Declared in ops.store_index; built by ops.index_store after the first load."""
    table = sql.Identifier("store", model.name)
    key = _identifiers(model.key)
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
                sql.SQL("create index {} on {} ({})").format(sql.Identifier(name), table, _identifiers(columns)),
            )
        )
    rows = [
        sql.SQL("({}, {}, {})").format(sql.Literal(model.name), sql.Literal(name), sql.Literal(made.as_string(None)))
        for name, made in declared
    ]
    return sql.SQL(
        "delete from ops.store_index where store_name = {};\n"
        "insert into ops.store_index (store_name, index_name, statement) values {};"
    ).format(sql.Literal(model.name), sql.SQL(", ").join(rows))


def _read_by(model: Model) -> list[tuple[str, ...]]:
    """Columns of further indexes: those declared, and the county's, by which a county's own rows are read."""
    firsts = {columns[0] for columns in (model.key, *model.indexes)}
    by_county = _has_own_rows(model) and not model.seen_by and "county_code" not in firsts
    return [*model.indexes, *([("county_code",)] if by_county else [])]


def _rights(model: Model) -> sql.Composed:
    """Nobody writes `store` but the functions of wh_owner; dbt fills `tonight`."""
    tonight = sql.SQL("grant select, insert on {} to wh_transformer; grant select on {} to wh_gate;").format(
        *2 * [sql.Identifier("tonight", model.name)]
    )
    if not model.is_versioned:
        return tonight
    store = sql.SQL("grant select on {} to wh_transformer, wh_gate;").format(sql.Identifier("store", model.name))
    return sql.SQL("{} {}").format(tonight, store)


def _version(model: Model) -> sql.Composed:
    """What ops.write_version has to know of the model."""
    return sql.SQL(
        "insert into ops.versioned (model, key, scope, scope_by, feed) values ({}, {}, {}, {}, {})"
        " on conflict (model) do update"
        " set key = excluded.key, scope = excluded.scope, scope_by = excluded.scope_by, feed = excluded.feed;"
    ).format(
        sql.Literal(model.name),
        sql.Literal(list(model.key) or None),
        sql.Literal(list(model.scope)),
        sql.Literal(model.scope_by),
        sql.Literal(model.feed),
    )


def _build_view(model: Model, columns: list[str]) -> sql.Composed:
    """The open rows: what `ref` and gate 2 read. In the table's order: views on it survive a new column."""
    return sql.SQL(
        """
        create or replace view {view} as select {columns} from {table} where to_build is null;
        alter view {view} owner to wh_owner;
        grant select on {view} to wh_transformer, wh_gate;
        """
    ).format(
        view=sql.Identifier("build", model.name),
        columns=_identifiers(columns),
        table=sql.Identifier("store", model.name),
    )


def _readers_view(model: Model, is_far: bool) -> sql.Composed:
    """What readers see: the publication's rows, of the counties that are theirs.

    A login that reads every county reads the rows as they are stored, by their indexes. One of some counties reads what
    `ops.own_rows` hands over of `own.<model>`; the planner drops the branch that is not the login's, so that nothing is
    evaluated on rows of others. It sees neither rows of the prefecture (532500) nor those of no county, and a model
    without a county column only if it says that it is `for_everyone` or `seen_by` some. Rows that are
    on other machines are handed over to either kind of login.
    """
    branches = [_handed_over_rows(model) if is_far else _rows_of_all_counties(model)]
    if _has_own_rows(model):
        branches.append(_own_rows(model))
    return sql.SQL(
        """
        {drop_today}
        drop view if exists {view};
        {own_view}
        {far_view}
        create view {view} with (security_barrier) as
        {branches};
        alter view {view} owner to wh_owner;
        grant select on {view} to {readers};
        comment on view {view} is {comment};
        {column_comments}
        """
    ).format(
        drop_today=sql.SQL("drop view if exists {};").format(sql.Identifier("marts", model.today))
        if model.today
        else sql.SQL(""),
        view=sql.Identifier("marts", model.name),
        own_view=_own_view(model) if _has_own_rows(model) else sql.SQL(""),
        far_view=_far_view(model) if is_far else sql.SQL(""),
        branches=sql.SQL(" union all ").join(branches),
        readers=_readers(model),
        comment=sql.Literal(model.comment),
        column_comments=_column_comments(model.name, model),
    )


def _has_own_rows(model: Model) -> bool:
    """Whether a login of some counties sees some of the rows: all or none need no branch of their own."""
    names = {column.name for column in model.columns}
    return not model.for_everyone and ("county_code" in names or bool(model.seen_by))


def _rows_of_all_counties(model: Model) -> sql.Composed:
    reads_all = "ops.reads_all_counties() and (select ops.counties_of(current_user)) is null"
    return _published(
        model,
        [_shown_expression(column) for column in _shown_columns(model)],
        sql.SQL("true" if model.for_everyone else reads_all),
    )


def _handed_over_rows(model: Model) -> sql.Composed:
    return sql.SQL(
        "select report_date, {columns} from ops.all_rows(null::{rows}, current_user) where ops.reads_all_counties()"
    ).format(
        columns=_identifiers([column.name for column in _shown_columns(model)]),
        rows=sql.Identifier("own", f"{model.name}_of_all"),
    )


def _far_view(model: Model) -> sql.Composed:
    """What a login of all counties may see of rows that are on other machines; nobody reads it but `ops.all_rows`."""
    return sql.SQL(
        """
        drop view if exists {view};
        create view {view} as {published};
        alter view {view} owner to wh_owner;
        """
    ).format(
        view=sql.Identifier("own", f"{model.name}_of_all"),
        published=_published(model, [_shown_expression(column) for column in _shown_columns(model)], sql.SQL("true")),
    )


def _own_rows(model: Model) -> sql.Composed:
    return sql.SQL(
        "select report_date, {columns} from ops.own_rows(null::{own}, current_user) where not ops.reads_all_counties()"
    ).format(
        columns=_identifiers([column.name for column in _shown_columns(model)]),
        own=sql.Identifier("own", model.name),
    )


def _own_view(model: Model) -> sql.Composed:
    """What counties may see of a model, of all counties together; nobody reads it but `ops.own_rows`."""
    shown = [_expression_for_counties(column) for column in _shown_columns(model)]
    if model.seen_by:
        shown.append(sql.SQL("({})::text [] as seen_by").format(sql.SQL(model.seen_by)))
    conditions: list[sql.Composable] = [sql.SQL("true"), *(_uncontested(claim) for claim in model.uncontested)]
    return sql.SQL(
        """
        drop view if exists {view};
        create view {view} as {published};
        alter view {view} owner to wh_owner;
        """
    ).format(
        view=sql.Identifier("own", model.name),
        published=_published(model, shown, sql.SQL(" and ").join(conditions)),
    )


def _published(model: Model, columns: list[sql.Composed], condition: sql.Composable) -> sql.Composed:
    """The rows of the publication that is shown. A scalar subquery is evaluated once a query, whatever the rows."""
    return sql.SQL(
        """
        select report_date, {columns}
        from (
            select
                stored.*,
                (select shown.report_date from ops.visible_publication() as shown) as report_date,
                (select shown.publication from ops.visible_publication() as shown) as publication
            from {table} as stored
        ) as known
        where from_build <= publication and (to_build is null or publication < to_build) and {condition}
        """
    ).format(
        columns=sql.SQL(", ").join(columns),
        table=sql.Identifier("store", model.name),
        condition=condition,
    )


def _uncontested(claim: Claim) -> sql.Composed:
    """No person of the row was on two registers on the days named: a row that rests on what another county reported
    of someone whom a county has merely listed is not that county's to see."""
    same = [
        sql.SQL("listed.{} = ({})").format(sql.Identifier(column), sql.SQL(expression))
        for column, expression in claim.of.items()
    ]
    return sql.SQL(
        """
        not exists (
            select 1 from store.dim_person as listed
            where listed.also_listed_in is not null and {same}
                and listed.from_build <= publication and (listed.to_build is null or publication < listed.to_build)
                and listed.valid_from <= ({last})
                and (listed.valid_to is null or ({first}) < listed.valid_to)
        )
        """
    ).format(same=sql.SQL(" and ").join(same), first=sql.SQL(claim.first), last=sql.SQL(claim.last))


def _today_view(model: Model) -> sql.Composed:
    """Of a model with versions by date: those that hold on the report date. It shows what its reader may see."""
    return sql.SQL(
        """
        create view {view} with (security_barrier) as
        select * from {periods} where valid_from <= report_date and (valid_to is null or report_date < valid_to);
        alter view {view} owner to wh_owner;
        grant select on {view} to {readers};
        comment on view {view} is {comment};
        {column_comments}
        """
    ).format(
        view=sql.Identifier("marts", model.today),
        readers=_readers(model),
        periods=sql.Identifier("marts", model.name),
        comment=sql.Literal(f"{model.name}: 报告日当日有效的记录。 | What holds on the report date."),
        column_comments=_column_comments(model.today, model),
    )


def _readers(model: Model) -> sql.SQL:
    return sql.SQL(READERS[model.sensitivity])


def _column_comments(view: str, model: Model) -> sql.Composed:
    return sql.SQL("\n").join(
        sql.SQL("comment on column {} is {};").format(
            sql.Identifier("marts", view, column.name), sql.Literal(column.comment)
        )
        for column in (REPORT_DATE, *_shown_columns(model))
    )


def _shown_columns(model: Model) -> list[ModelColumn]:
    """The readers' columns: those not hidden; a computed one behind the column that it names, else last."""
    shown = [column for column in model.columns if not column.hidden]
    for computed in model.view_columns:
        names = [column.name for column in shown]
        place = names.index(computed.after) + 1 if computed.after in names else len(shown)
        shown.insert(place, computed)
    return shown


def _shown_expression(column: ModelColumn) -> sql.Composed:
    if not column.expression:
        return sql.SQL("{}").format(sql.Identifier(column.name))
    expression = sql.SQL(column.expression)
    return sql.SQL("({})::{} as {}").format(expression, _type(column), sql.Identifier(column.name))


def _expression_for_counties(column: ModelColumn) -> sql.Composed:
    if not column.for_counties:
        return _shown_expression(column)
    return sql.SQL("({})::{} as {}").format(sql.SQL(column.for_counties), _type(column), sql.Identifier(column.name))


def _identifiers(names: list[str] | tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)
