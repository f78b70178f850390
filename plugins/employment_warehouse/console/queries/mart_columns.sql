select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, col_description(a.attrelid, a.attnum) as comment
from pg_class as c
join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0
where
    c.relnamespace = 'marts'::regnamespace
    and c.relkind = 'v'
    and c.relname = %(mart)s
    and has_table_privilege(c.oid, 'select')
order by a.attnum
