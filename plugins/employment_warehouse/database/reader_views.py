"""The views on a model's tables: `build.<model>` for dbt and gate 2, `own.<model>` and `marts.<model>` for readers."""

from __future__ import annotations

from psycopg import sql

from employment_warehouse.database.catalog import identifiers
from employment_warehouse.database.model_declarations import Claim, Model, ModelColumn

# By sensitivity. Auditors see figures and acts, not persons; findings on persons are for those who act on them.
READERS = {"L1": "wh_reader", "L2": "wh_analyst, wh_county", "L3": "wh_county"}

REPORT_DATE = ModelColumn(
    "report_date", "date", "所示发布对应的报表日期。 | Report date of the publication that is shown."
)


def views_of(model: Model, columns: list[str], is_distributed: bool) -> sql.Composed:
    """The script that makes the views on a model's tables; it may run again.

    is_distributed: its rows are on other machines.
    """
    statements: list[sql.Composable] = []
    if model.is_versioned:
        statements.append(_build_view(model, columns))
    if model.is_read:
        statements.append(_readers_view(model, is_distributed))
    if model.today:
        statements.append(_today_view(model))
    return sql.SQL("\n").join(statements)


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
        columns=identifiers(columns),
        table=sql.Identifier("store", model.name),
    )


def _readers_view(model: Model, is_distributed: bool) -> sql.Composed:
    """What readers see: the publication's rows, of the counties that are theirs.

    A login that reads every county reads the rows as they are stored, by their indexes. One of some counties reads what
    `ops.own_rows` hands over of `own.<model>`; the planner drops the branch that is not the login's, so that nothing is
    evaluated on rows of others. It sees neither rows of the prefecture (532500) nor those of no county, and a model
    without a county column only if it says that it is `for_everyone` or `seen_by` some. Rows that are
    on other machines are handed over to either kind of login.
    """
    branches = [_handed_over_rows(model) if is_distributed else _rows_of_all_counties(model)]
    if model.has_own_rows:
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
        own_view=_own_view(model) if model.has_own_rows else sql.SQL(""),
        far_view=_distributed_view(model) if is_distributed else sql.SQL(""),
        branches=sql.SQL(" union all ").join(branches),
        readers=_readers(model),
        comment=sql.Literal(model.comment),
        column_comments=_column_comments(model.name, model),
    )


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
        columns=identifiers([column.name for column in _shown_columns(model)]),
        rows=sql.Identifier("own", f"{model.name}_of_all"),
    )


def _distributed_view(model: Model) -> sql.Composed:
    """The rows on other machines that a login of all counties may see; only `ops.all_rows` reads this view."""
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
        columns=identifiers([column.name for column in _shown_columns(model)]),
        own=sql.Identifier("own", model.name),
    )


def _own_view(model: Model) -> sql.Composed:
    """The rows of a model that counties may see, of all counties together; only `ops.own_rows` reads this view."""
    shown = [_expression_for_counties(column) for column in _shown_columns(model)]
    if model.seen_by:
        shown.append(sql.SQL("({})::text [] as seen_by").format(sql.SQL(model.seen_by)))
    seen_if = sql.SQL("({})").format(sql.SQL(model.seen_if or "true"))
    conditions: list[sql.Composable] = [seen_if, *(_uncontested(claim) for claim in model.uncontested)]
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
    """The rows of the publication that is shown. A scalar subquery is evaluated once a query, not once a row.

    `+ 0` keeps the condition, which nearly all rows meet, from the BRIN index of `from_build`: PostgreSQL takes it for
    selective, combines it with the index of a county and then reads the whole table (577 ms instead of 200).
    """
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
        where from_build + 0 <= publication and (to_build is null or publication < to_build) and {condition}
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
        comment=sql.Literal(f"{model.name}: 报表日期当日有效的记录。 | What holds on the report date."),
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
    """The readers' columns: those not hidden; a computed one after the column that it names, else last."""
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
    return sql.SQL("({})::{} as {}").format(expression, column.sql_type, sql.Identifier(column.name))


def _expression_for_counties(column: ModelColumn) -> sql.Composed:
    if not column.for_counties:
        return _shown_expression(column)
    return sql.SQL("({})::{} as {}").format(sql.SQL(column.for_counties), column.sql_type, sql.Identifier(column.name))
