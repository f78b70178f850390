-- What gate 1 remembers of deliveries, and what an operator releases.
set role wh_owner;

create table ops.delivery_profile (
    delivery_id bigint primary key references ops.delivery (delivery_id),
    feed text not null,
    unit text not null,
    report_date date not null,
    measures jsonb not null
);
comment on table ops.delivery_profile is
'What gate 1 measured of a unit''s report (all its parts; the delivery named is the newest): row counts, shares, means and mixes, never a row. Later reports are held against it. | 门禁一对每次报送的度量（行数、占比、均值、结构），供日后比对。';
create index delivery_profile_by_unit on ops.delivery_profile (feed, unit, report_date);
grant select, insert, delete on ops.delivery_profile to wh_gate;
grant select on ops.delivery_profile to wh_publisher, wh_auditor;

alter table ops.check_result add column waiver text;
comment on column ops.check_result.waiver is
'Who let this failure pass, and why; it counts as a failure, and holds nothing. | 豁免人与理由。';

-- The parts of a report were held together and are released together: half a snapshot would close the other half.
create or replace function ops.release_delivery(number bigint, operator text, why text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    if length(btrim(coalesce(operator, ''))) < 2 or length(btrim(coalesce(why, ''))) < 3 then
        raise exception using errcode = 'WH005', message = 'a release needs a name and a reason';
    end if;
    with released as (
        update ops.delivery as d
        set status = 'landed', build = null, reason = null
        from ops.delivery as named
        where named.delivery_id = number
            and (d.feed, d.unit, d.report_date) = (named.feed, named.unit, named.report_date)
            and d.status = 'held'
        returning d.delivery_id, d.unit, d.report_date
    )
    insert into ops.waiver (check_name, unit, valid_from, valid_to, granted_by, reason)
    select 'delivery:' || r.delivery_id, r.unit, r.report_date, r.report_date, operator, why
    from released as r
    on conflict do nothing;
end $$;

-- Row counts of every model, by the indexes of its open rows and of this build's changes, not by reading its history.
create function ops.store_rows(out model text, out rows_open bigint, out rows_published bigint)
returns setof record
language plpgsql stable security definer set search_path = ''
as $$
begin
    for model in
        select c.relname from pg_catalog.pg_class as c
        where c.relnamespace = 'store'::regnamespace and c.relkind in ('r', 'p') order by 1
    loop
        execute format(
            'select count(*), count(*)'
            ' - (select count(*) from store.%1$I where from_build > ops.last_published() and to_build is null)'
            ' + (select count(*) from store.%1$I where to_build > ops.last_published()'
            '    and from_build <= ops.last_published())'
            ' from store.%1$I where to_build is null', model
        ) into rows_open, rows_published;
        return next;
    end loop;
end $$;
comment on function ops.store_rows() is
'Rows of each model: open tonight, and as last published. | 各表今晚与上次发布的行数。';
grant execute on function ops.store_rows() to wh_gate;

reset role;
