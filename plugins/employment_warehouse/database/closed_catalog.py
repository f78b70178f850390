"""Closes what the catalog shows to everyone by default about tables and sessions of others.

Sizes, row counts and counters of a table show a county how much others have sent, and when; the activity of sessions
shows who is at work; numbers of transactions, and versions of rows of pg_class or of what a login may add to the
catalog (settings and default privileges of its own), show how much was done. Every client reads the other columns.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

# Functions that report tables, sessions and the log of the server; views such as pg_stat_activity call them.
CLOSED = (
    r"^(pg_stat_.*|pg_(relation|table|indexes|total_relation|database|tablespace)_size|pg_lock_status"
    r"|pg_(safe_snapshot_)?blocking_pids|pg_isolation_test_session_is_blocked|pg_control_.*"
    r"|pg_get_replication_slots|pg_show_replication_origin_status"
    r"|pg_current_wal_.*|pg_(current|txid_current)_snapshot|txid_current_snapshot|pg_prepared_xact"
    r"|pg_current_xact_id|txid_current|pg_xact_status|txid_status|pg_xact_commit_timestamp(_origin)?"
    r"|pg_last_committed_xact|pg_export_snapshot|pg_relation_file(path|node)|pg_filenode_relation)$"
)
# Of a number of a transaction, not of a date.
CLOSED_AGES = ("age", "mxid_age")
# Catalog → columns that are closed besides those of the system (xmin, ctid); None: all.
COUNTED: dict[str, tuple[str, ...] | None] = {
    "pg_class": (
        "reltuples", "relpages", "relallvisible", "relallfrozen", "relfilenode", "relfrozenxid", "relminmxid"
    ),
    "pg_db_role_setting": (),
    "pg_default_acl": ("oid",),
    "pg_shdepend": None,
}  # fmt: skip
CLOSE_FUNCTIONS = """
do $$
declare statement text;
begin
    for statement in
        select format(
            'revoke all on function %1$s from public; grant execute on function %1$s to wh_owner, pg_monitor',
            p.oid::regprocedure
        )
        from pg_proc as p
        where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind = 'f'
            and (p.proname ~ {closed} or p.proname = any({ages}) and p.proargtypes[0] = 'xid'::regtype)
            and has_function_privilege('wh_reader', p.oid, 'execute')
    loop
        execute statement;
    end loop;
end $$
"""
CLOSE_COLUMNS = """
do $$
declare statement text;
begin
    select
        format('revoke all on %1$s from public; grant select on %1$s to wh_owner, pg_monitor;', a.attrelid::regclass)
        || coalesce(
            'grant select ('
            || string_agg(quote_ident(a.attname), ', ' order by a.attnum) filter (where not hidden.is_hidden)
            || format(') on %s to public', a.attrelid::regclass), ''
        )
    into statement
    from pg_attribute as a
    cross join lateral (
        select a.attnum < 0 or coalesce(a.attname = any({counted}), true) as is_hidden
    ) as hidden
    where a.attrelid = {catalog}::regclass
    group by a.attrelid
    having bool_or(hidden.is_hidden and has_column_privilege('wh_reader', a.attrelid, a.attnum, 'select'));
    if statement is not null then
        execute statement;
    end if;
end $$
"""


def generate(superuser: psycopg.Connection) -> None:
    """Close what is open. Each time, because a new version of PostgreSQL brings new functions. The caller commits."""
    superuser.execute(sql.SQL(CLOSE_FUNCTIONS).format(closed=sql.Literal(CLOSED), ages=sql.Literal(list(CLOSED_AGES))))
    for catalog, columns in COUNTED.items():
        counted = None if columns is None else list(columns)
        superuser.execute(
            sql.SQL(CLOSE_COLUMNS).format(catalog=sql.Literal(catalog), counted=sql.SQL("{}::text []").format(counted))
        )
