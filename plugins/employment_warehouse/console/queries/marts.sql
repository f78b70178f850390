-- The readers' views that this login may read, with their comments.
select
    c.relname as name,
    obj_description(c.oid, 'pg_class') as comment,
    (select count(*) from pg_attribute as a where a.attrelid = c.oid and a.attnum > 0) as columns
from pg_class as c
where
    c.relnamespace = 'marts'::regnamespace
    and c.relkind = 'v'
    and has_table_privilege(c.oid, 'select')
    and (%(words)s = '' or c.relname || coalesce(obj_description(c.oid, 'pg_class'), '') ilike '%%' || %(words)s || '%%')
order by c.relname
