-- What the loader may do beyond inserting: each thing by a function or a column grant, none of them a DELETE grant.
set role wh_owner;

-- The loader knows which rows may have the key of another; only those keys are looked for.
create function landing.remove_repeated(
    feed text, number bigint, key text [], sheets text [], suspects integer []
)
returns table (sheet text, line integer)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    key_row text := (select 'row(' || string_agg(format('l.%I', part), ', ') || ')' from unnest(key) as part);
begin
    if not exists (
        select from ops.delivery as d
        where d.delivery_id = number and d.feed = remove_repeated.feed and d.landed_at = now()
    ) then
        raise exception using errcode = 'WH008',
            message = format('delivery %s is not being landed by this transaction', number);
    end if;
    -- A hash finds the rows that may be meant; they are compared by their keys. NULL is a value here.
    return query execute format(
        'with suspect_keys as (
            select distinct hash_record_extended(%1$s, 0) as digest
            from landing.%2$I as l
            where l.delivery_id = $1 and l.line = any($3)
        ),

        ranked as (
            select l.ctid as place, row_number() over (
                partition by %1$s order by array_position($2, l.sheet) desc, l.line desc
            ) as age
            from landing.%2$I as l
            where l.delivery_id = $1 and hash_record_extended(%1$s, 0) in (select digest from suspect_keys)
        )

        delete from landing.%2$I as l using ranked
        where l.ctid = ranked.place and ranked.age > 1
        returning l.sheet, l.line', key_row, feed
    ) using number, sheets, suspects;
end $$;
comment on function landing.remove_repeated(text, bigint, text [], text [], integer []) is
'同键取最后一行。 | Of rows with one key in the delivery that this transaction lands, keeps the last; the rows that it removed.';

create function landing.purge() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    published integer := ops.chain_head();
    replaced record;
    removed bigint := 0;
    deleted bigint;
begin
    for replaced in
        -- Rows of a unit's report that a later accepted report, or a later revision of the same part, has replaced.
        select d.feed, array_agg(d.delivery_id) as numbers
        from ops.delivery as d
        where d.rows_landed > 0 and d.purged_at is null
            and d.status in ('accepted', 'withdrawn') and d.build <= published
            -- A part that is held, or arrived since, will need its siblings.
            and not exists (
                select from ops.delivery as waiting
                where (waiting.feed, waiting.unit, waiting.report_date) = (d.feed, d.unit, d.report_date)
                    and waiting.status in ('held', 'landed')
            )
            and exists (
                select from ops.delivery as later
                where later.feed = d.feed and later.unit = d.unit
                    and later.status = 'accepted' and later.build <= published
                    and (
                        later.report_date > d.report_date
                        or (later.report_date, later.part) = (d.report_date, d.part) and later.revision > d.revision
                    )
            )
        group by d.feed
    loop
        execute format('delete from landing.%I where delivery_id = any($1)', replaced.feed) using replaced.numbers;
        get diagnostics deleted = row_count;
        removed := removed + deleted;
        update ops.delivery set purged_at = now() where delivery_id = any(replaced.numbers);
    end loop;
    return removed;
end $$;
comment on function landing.purge() is
'清理已被现行发布替代的落地行。 | Deletes landed rows that later deliveries of their unit have replaced in the standing publication; the archive keeps the files.';

grant execute on function landing.remove_repeated(text, bigint, text [], text [], integer []), landing.purge() to wh_loader;

reset role;
