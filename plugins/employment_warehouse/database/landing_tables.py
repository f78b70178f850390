"""The tables of schema landing: one a feed, as its contract declares them."""

from __future__ import annotations

import psycopg
from psycopg import sql

from employment_warehouse.contract import Contract, contracts
from employment_warehouse.database.catalog import existing_columns, type_name
from employment_warehouse.errors import UserError

GUARDED = """
    select c.relname from pg_trigger as t
    inner join pg_class as c on c.oid = t.tgrelid and c.relnamespace = 'landing'::regnamespace
    where t.tgname = 'own_delivery'
"""
BOOKKEEPING = (("delivery_id", "bigint not null"), ("line", "integer not null"), ("sheet", "text not null default ''"))


def generate(connection: psycopg.Connection) -> list[str]:
    """Make the landing table of each contract, and add the columns that a contract has gained.

    What was done, in words. Never drops or retypes a column: that is a change for a migration by hand
    (UserError `landing_type_changed`). The caller commits.
    """
    done = []
    guarded = {name for (name,) in connection.execute(GUARDED)}
    for contract in contracts().values():
        existing = existing_columns(connection, "landing", contract.feed)
        if not existing:
            _create(connection, contract)
            done.append(f"landing.{contract.feed}")
        if contract.feed not in guarded:
            _guard(connection, contract)
        if not existing:
            continue
        for name, kind in contract.landing_columns():
            if name not in existing:
                _add_column(connection, contract, name, kind)
                done.append(f"landing.{contract.feed}.{name}")
            elif existing[name] != type_name(connection, kind):
                raise UserError(
                    f"landing.{contract.feed}.{name}: 类型已变 | its type has changed",
                    code="landing_type_changed",
                    where=f"expectations/feeds/{contract.feed}.odcs.yaml",
                    expected=f"{existing[name]}, as the table has it",
                    todo="write a migration that converts the column, or give the new one another name",
                )
    return done


def _create(connection: psycopg.Connection, contract: Contract) -> None:
    table = sql.Identifier("landing", contract.feed)
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))
        for name, kind in (*BOOKKEEPING, *contract.landing_columns(), ("extra", "jsonb"))
    ]
    index = sql.Identifier(f"{contract.feed}_by_delivery")
    for statement in (
        sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join(columns)),
        sql.SQL("alter table {} owner to wh_owner").format(table),
        # A delivery's rows lie together, as COPY brought them: a block-range index finds them, and costs
        # a load next to nothing.
        sql.SQL("create index {} on {} using brin (delivery_id) with (autosummarize = on)").format(index, table),
        sql.SQL("grant select, insert on {} to wh_loader").format(table),
        sql.SQL("grant select on {} to wh_transformer, wh_gate").format(table),
        sql.SQL("comment on table {} is {}").format(table, sql.Literal(f"{contract.title_zh} | {contract.title_en}")),
    ):
        connection.execute(statement)


def _guard(connection: psycopg.Connection, contract: Contract) -> None:
    """Only the owner adds rows to a delivery that another transaction has landed. COPY does not heed policies."""
    connection.execute(
        sql.SQL(
            "create trigger own_delivery after insert on {} for each row"
            " when (new.delivery_id <> all (landing.own_deliveries({}))"
            " and not pg_has_role(session_user, 'wh_owner', 'member'))"
            " execute function landing.refuse_row()"
        ).format(sql.Identifier("landing", contract.feed), sql.Literal(contract.feed))
    )


def _add_column(connection: psycopg.Connection, contract: Contract, name: str, kind: str) -> None:
    connection.execute(
        sql.SQL("alter table {} add column {} {}").format(
            sql.Identifier("landing", contract.feed),
            sql.Identifier(name),
            sql.SQL(kind),
        )
    )
