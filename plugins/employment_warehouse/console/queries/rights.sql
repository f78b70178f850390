-- Relations and functions that the login may use; a page is in the menu if it needs one of them.
select n.nspname || '.' || c.relname as name
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname in ('ops', 'marts', 'seeds')
    and c.relkind in ('r', 'v', 'm')
    and has_schema_privilege(n.oid, 'usage')
    and has_table_privilege(c.oid, 'select')
union
select n.nspname || '.' || p.proname
from pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
where
    n.nspname in ('ops', 'marts', 'vault')
    and has_schema_privilege(n.oid, 'usage')
    and has_function_privilege(p.oid, 'execute')
