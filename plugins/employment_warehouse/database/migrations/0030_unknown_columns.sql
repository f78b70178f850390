-- Of the columns that no contract knows, landing keeps nothing but the place that a row of a return workbook names: nobody
-- knows what the others hold. The archive has the files.
set role wh_owner;

do $$
declare
    landed record;
begin
    for landed in
        select c.relname, a.attname from pg_class as c
        inner join pg_attribute as a on a.attrelid = c.oid and a.attname = 'extra' and not a.attisdropped
        where c.relnamespace = 'landing'::regnamespace and c.relkind in ('r', 'p')
    loop
        execute format(
            'update landing.%I as l set extra = case when d.kind = ''correction'' then nullif(jsonb_strip_nulls('
            ' jsonb_build_object(''文件'', l.extra -> ''文件'', ''行号'', l.extra -> ''行号'')), ''{}'') end'
            ' from ops.delivery as d where d.delivery_id = l.delivery_id and l.extra is not null', landed.relname
        );
    end loop;
end $$;
update ops.delivery set extra_columns = '{}' where extra_columns <> '{}';

reset role;
