-- The loader knows which rows may have the key of another; only those keys are looked for.
set role wh_owner;

drop function landing.remove_duplicates(text, bigint, text [], text []);

create function landing.remove_repeated(
    feed text, number bigint, key text [], sheets text [], suspects integer []
)
returns table (sheet text, line integer)
language plpgsql security definer set search_path = ''
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
'Of rows with one key in the delivery that this transaction lands, the last stays; which ones went. | 同键取最后一行。';
grant execute on function landing.remove_repeated(text, bigint, text [], text [], integer []) to wh_loader;

reset role;
