"""Closes what the catalog shows to everyone by default about tables and sessions of others.

Sizes, row counts and counters of a table show a county how much others have sent, and when; the activity of sessions
shows who is at work; numbers of transactions, and versions of rows of pg_class, show how much was done. Every client
reads the other columns of pg_class.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

# Functions that report tables, sessions and the log of the server; views such as pg_stat_activity call them.
CLOSED = (
    r"^(pg_stat_.*|pg_(relation|table|indexes|total_relation|database|tablespace)_size|pg_lock_status"
    r"|pg_current_wal_.*|pg_(current|txid_current)_snapshot|txid_current_snapshot|pg_prepared_xact"
    r"|pg_current_xact_id|txid_current|pg_xact_status|txid_status|pg_xact_commit_timestamp(_origin)?"
    r"|pg_last_committed_xact|pg_export_snapshot|pg_relation_file(path|node))$"
)
COUNTED = ("reltuples", "relpages", "relallvisible", "relallfrozen")
CLOSE = """
do $$
declare statement text;
begin
    for statement in
        select format(
            'revoke all on function %1$s from public; grant execute on function %1$s to wh_owner, pg_monitor',
            p.oid::regprocedure
        )
        from pg_proc as p
        where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind = 'f' and p.proname ~ {closed}
            and has_function_privilege('wh_reader', p.oid, 'execute')
        union all
        select
            'revoke all on pg_class from public; grant select on pg_class to wh_owner, pg_monitor;'
            || format(
                'grant select (%s) on pg_class to public', string_agg(quote_ident(a.attname), ', ' order by a.attnum)
            )
        from pg_attribute as a
        where a.attrelid = 'pg_class'::regclass and a.attnum > 0 and a.attname <> all({counted})
            and has_column_privilege('wh_reader', 'pg_class', 'xmin', 'select')
        having count(*) > 0
    loop
        execute statement;
    end loop;
end $$
"""


def generate(superuser: psycopg.Connection) -> None:
    """Close what is open; each time, as a new version of PostgreSQL brings new functions. The caller commits."""
    superuser.execute(sql.SQL(CLOSE).format(closed=sql.Literal(CLOSED), counted=sql.Literal(list(COUNTED))))
