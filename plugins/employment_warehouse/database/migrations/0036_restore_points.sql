-- A name in the write-ahead log after each publication, to which a backup can be restored; and the digest of what a
-- publication changed, at any later time.
set role wh_owner;

create function ops.mark_publication(number integer) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if current_setting('wal_level') <> 'minimal'
        and exists (select from ops.publication as p where p.publication = number)
    then
        perform pg_create_restore_point('publication ' || number);
    end if;
end $$;
comment on function ops.mark_publication(integer) is
'在日志中标记一次发布，供恢复到此处。 | Marks a publication in the write-ahead log, once it is committed: a backup can be restored to it.';

-- What later builds closed counts as open. It stays the same for as long as no migration changes the columns of a model.
create function ops.publication_digest(number integer) returns numeric
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    total numeric := 0;
    part numeric;
    listed record;
begin
    for listed in
        select
            c.relname,
            string_agg(
                case a.attname
                    when 'to_build' then 'case when to_build <= $1 then to_build end'
                    else quote_ident(a.attname)
                end, ', ' order by a.attnum
            ) as columns
        from pg_class as c
        inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'store'::regnamespace and c.relkind in ('r', 'p')
        group by c.relname order by c.relname
    loop
        execute format(
            'select coalesce(sum(hash_record_extended(r, 0)::numeric), 0) from ('
            'select %2$s from store.%1$I where from_build = $1 or to_build = $1) as r',
            listed.relname, listed.columns
        ) into part using number;
        total := total + part;
    end loop;
    return total;
end $$;
comment on function ops.publication_digest(integer) is
'某次发布所作改动的摘要，此后任何时候相同。 | Digest of the rows that a publication opened and closed; the same at any later time and in any copy.';

grant execute on function ops.mark_publication(integer) to wh_publisher, wh_operator;
grant execute on function ops.publication_digest(integer) to wh_publisher;
reset role;
