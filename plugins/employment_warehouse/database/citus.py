"""The warehouse on several machines: what a Citus database needs that others do not (docs/scale.md).

The coordinator has everything; its workers have the rows of the tables whose models say `distributed_by`, the
functions that models compute row by row, and no view or login of a person. So nothing else that a migration makes is
repeated there; and of the roles only those that read or write rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

# Objects created on a worker are propagated to the other nodes unless this is switched off.
MAKE_ROLES = """
do $$
declare role text;
begin
    perform set_config('citus.enable_ddl_propagation', 'off', true);
    foreach role in array {roles}::text [] loop
        if to_regrole(role) is null then execute format('create role %I login', role); end if;
    end loop;
end $$
"""


def has_citus(connection: psycopg.Connection) -> bool:
    """Whether this is a database of Citus."""
    return connection.execute("select from pg_extension where extname = 'citus'").fetchone() is not None


@contextmanager
def on_coordinator_alone(*connections: psycopg.Connection) -> Iterator[None]:
    """In this block what these connections create is not repeated on other nodes. Without Citus it changes nothing."""
    with_citus = [connection for connection in connections if has_citus(connection)]
    for connection in with_citus:
        connection.execute("set citus.enable_ddl_propagation = off")
    try:
        yield
    finally:
        for connection in with_citus:
            if connection.info.transaction_status != psycopg.pq.TransactionStatus.INERROR:
                connection.execute("reset citus.enable_ddl_propagation")


def make_roles_on_workers(superuser: psycopg.Connection) -> None:
    """The roles of the warehouse. They have no password there: only the coordinator's certificate lets them in."""
    if not has_citus(superuser):
        return
    database = sql.Identifier(superuser.info.dbname)
    for setting in ("enable_create_role_propagation", "enable_alter_role_propagation"):
        superuser.execute(sql.SQL("alter database {} set {} = off").format(database, sql.Identifier("citus", setting)))
    names = [name for (name,) in superuser.execute("select rolname from pg_roles where rolname ~ '^wh_' order by 1")]
    statement = sql.SQL(MAKE_ROLES).format(roles=sql.Literal(names)).as_string(superuser)
    superuser.execute("select run_command_on_workers(%s)", (statement,))
    superuser.commit()


def distribute(connection: psycopg.Connection, schema: str, table: str, column: str) -> None:
    """Spread a new table's rows over the nodes, where there are any: rows of one value of the column are on one node,
    in every table that is distributed by such a column."""
    if has_citus(connection):
        connection.execute(
            "select create_distributed_table(format('%%I.%%I', %s::text, %s::text)::regclass, %s)",
            (schema, table, column),
        )


def distribute_functions(connection: psycopg.Connection) -> None:
    """Functions that models may compute row by row, where the rows are: those that read nothing but their arguments."""
    if has_citus(connection):
        connection.execute(
            """
            select create_distributed_function(p.oid::regprocedure) from pg_proc as p
            where p.pronamespace = 'ops'::regnamespace and p.provolatile = 'i'
                and has_function_privilege('wh_transformer', p.oid, 'execute')
            """
        )
