-- What is due for a month is answered by a file that speaks of it, whatever its date. By their dates alone a payroll of May
-- that came on 31 May was missing on 10 June, and a list of April sent again on 3 June answered for May.
set role wh_owner;

alter table ops.delivery add column months date [];

comment on column ops.delivery.months is
'按期报表的行所属的各月；撤下的部分不涉及任何月份；空：没有行，或不是按期报表。 | Of a period feed the months of its rows; none of what withdraws a part; NULL: it has no rows, or is not of a period feed.';

grant insert (months), update (months) on ops.delivery to wh_loader;

update ops.delivery set months = '{}' where kind = 'withdrawn';

do $$
declare
    period_feed text;
begin
    for period_feed in select f.feed from ops.feed as f where f.kind = 'period' loop
        if to_regclass(format('landing.%I', period_feed)) is not null then
            execute format(
                'update ops.delivery as d set months = landed.months from ('
                ' select l.delivery_id, array_agg(distinct l.period order by l.period) as months from landing.%I as l'
                ' group by l.delivery_id) as landed where landed.delivery_id = d.delivery_id', period_feed
            );
        end if;
    end loop;
    -- Those whose rows are purged, as the last build knew them.
    if to_regclass('store.reported_period') is not null then
        execute
            'update ops.delivery as d set months = known.months from ('
            ' select p.feed, p.unit, p.report_date, array_agg(distinct p.period order by p.period) as months'
            ' from store.reported_period as p where p.to_build is null group by p.feed, p.unit, p.report_date) as known'
            ' where (d.feed, d.unit, d.report_date) = (known.feed, known.unit, known.report_date)'
            ' and d.months is null and d.rows_landed > 0';
    end if;
end $$;

-- A file without rows (a nil return, one that could not be read) speaks of the month before its date.
create function ops.speaks_of(months date [], report_date date, wanted_month date) returns boolean
language sql immutable
return wanted_month is null
    or wanted_month = any(coalesce(months, array[(date_trunc('month', report_date::timestamp) - interval '1 month')::date]));

comment on function ops.speaks_of(date [], date, date) is
'报送是否涉及某月（空：不问月份）。 | Whether a delivery speaks of a month; always of NULL.';

grant execute on function ops.speaks_of(date [], date, date)
to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator;

create or replace view ops.due_window as
with standing as not materialized (
    select due.feed, due.unit, due.report_date, due.due_at, feed.kind
    from ops.due as due
    inner join ops.feed as feed on due.feed = feed.feed
    where due.causes is null or exists (
        select from ops.delivery as cause
        where cause.delivery_id = any(due.causes) and cause.status = 'accepted' and not (
            feed.kind = 'batch' and exists (
                -- Which batches a revision names is recorded before the next build begins.
                select from ops.delivery as later
                where (later.feed, later.unit, later.report_date, later.part)
                    = (cause.feed, cause.unit, cause.report_date, cause.part)
                    and later.revision > cause.revision and later.status = 'accepted'
                    and later.build < (select max(newest.build) from ops.build as newest)
            )
        )
    )
)
select
    due.feed,
    due.unit,
    due.report_date,
    due.due_at,
    due.kind,
    (due.due_at at time zone 'Asia/Shanghai')::date as due_on,
    case
        when due.kind in ('batch', 'period') then '-infinity'::date
        else coalesce(
            (
                select earlier.report_date + 1 from standing as earlier
                where earlier.feed = due.feed and earlier.unit = due.unit and earlier.report_date < due.report_date
                order by earlier.report_date desc
                limit 1
            ),
            due.report_date
        )
    end as first_date,
    case when due.kind in ('batch', 'period') then 'infinity'::date else due.report_date end as last_date,
    case
        when due.kind = 'period' then (date_trunc('month', due.report_date::timestamp) - interval '1 month')::date
    end as month
from standing as due;

comment on column ops.due_window.first_date is
'可抵此次应报的最早报表日期：上一次应报的次日；按期报表和代发回盘不限日期。 | The earliest report date that answers what is due: the day after the one due before, or else the date itself; of a period feed or a batch any date.';
comment on column ops.due_window.month is
'按期报表应报的月份：报表日期的上月；空：不是按期报表。 | Of a period feed the month that is due, the one before its report date; NULL: no period feed.';

create or replace view ops.due_of_night as
select
    night.build,
    due.feed,
    due.unit,
    due.report_date,
    due.due_at,
    due.due_on,
    due.first_date,
    due.last_date,
    case
        when found.is_in_use then 'arrived'
        when found.is_intake_failure then 'intake_failed'
        when found.has_arrived then 'arrived'
        else 'missing'
    end as status,
    due.month
from ops.build as night
inner join ops.due_window as due
    on due.due_on = night.report_date
        or (
            due.kind = 'batch' and due.due_on < night.report_date
            and not exists (
                select from ops.delivery as earlier
                where earlier.feed = due.feed and earlier.unit = due.unit and earlier.status = 'accepted'
                    and earlier.build < night.build
            )
        )
cross join lateral (
    select
        coalesce(bool_or(delivery.status in ('accepted', 'held')), false) as is_in_use,
        count(*) > 0 as has_arrived,
        exists (
            select from ops.intake_failure as failure
            where failure.feed = due.feed and failure.unit in (due.unit, '*') and failure.night_on = night.report_date
        ) as is_intake_failure
    from ops.delivery as delivery
    where delivery.feed = due.feed and delivery.unit = due.unit and delivery.status <> 'withdrawn'
        and delivery.report_date between due.first_date and due.last_date
        and ops.speaks_of(delivery.months, delivery.report_date, due.month)
        -- What an accepted revision no longer speaks of has not come.
        and not exists (
            select from ops.delivery as later
            where (later.feed, later.unit, later.report_date, later.part)
                = (delivery.feed, delivery.unit, delivery.report_date, delivery.part)
                and later.revision > delivery.revision and later.status = 'accepted'
        )
) as found;

comment on column ops.due_of_night.first_date is
'可抵此次应报的最早报表日期：上一次应报的次日；按期报表和代发回盘不限日期。 | The earliest report date that answers what is due: the day after the one due before, or else the date itself; of a period feed or a batch any date.';
comment on column ops.due_of_night.month is
'按期报表应报的月份：报表日期的上月；空：不是按期报表。 | Of a period feed the month that is due, the one before its report date; NULL: no period feed.';

create or replace view ops.due_report as
select
    due.feed,
    due.unit,
    due.report_date,
    due.due_at,
    due.due_on,
    due.first_date,
    due.last_date,
    report.arrived_at,
    coalesce(report.delivery_id, refused.delivery_id) as delivery_id,
    case
        -- The warehouse itself reads the platform, so what it reads is on time.
        when report.arrived_at > due.due_at and due.unit <> 'hr_platform' then 'late'
        when report.arrived_at is not null then 'on_time'
        when report.is_held then 'held'
        when exists (
            select from ops.intake_failure as failure
            inner join ops.build as night
                on failure.night_on = night.report_date and failure.recorded_at <= night.started_at
            where failure.feed = due.feed and failure.unit in (due.unit, '*')
                and failure.night_on = case due.kind
                    when 'batch' then (select max(newest.report_date) from ops.build as newest) else due.due_on
                end
        ) then 'intake_failed'
        else 'missing'
    end as status,
    due.month
from ops.due_window as due
left join lateral (
    select
        max(part.arrived_at) as arrived_at, bool_or(part.status = 'held') as is_held,
        (array_agg(part.delivery_id order by part.status = 'held', part.delivery_id desc))[1] as delivery_id
    from (
        -- Of each part the latest revision, a held one last. A part arrived when its first revision that was not held
        -- did; what corrects or withdraws was never due.
        select distinct on (d.report_date, d.part)
            d.report_date, d.status, d.delivery_id, d.months,
            min(d.arrived_at) filter (where d.status <> 'held' and d.kind not in ('correction', 'withdrawn'))
                over (partition by d.report_date, d.part) as arrived_at
        from ops.delivery as d
        where d.feed = due.feed and d.unit = due.unit and d.report_date between due.first_date and due.last_date
            and d.status in ('landed', 'accepted', 'held')
        order by d.report_date, d.part, d.status = 'held', d.revision desc
    ) as part
    where ops.speaks_of(part.months, part.report_date, due.month)
    group by part.report_date
    order by max(part.arrived_at) nulls last, part.report_date
    limit 1
) as report on true
left join lateral (
    select max(d.delivery_id) as delivery_id
    from ops.delivery as d
    where d.feed = due.feed and d.unit = due.unit and d.report_date between due.first_date and due.last_date
        and d.status = 'refused' and ops.speaks_of(d.months, d.report_date, due.month)
) as refused on true;

comment on column ops.due_report.month is
'按期报表应报的月份：报表日期的上月；空：不是按期报表。 | Of a period feed the month that is due, the one before its report date; NULL: no period feed.';

create or replace function ops.own_deliveries(since date)
returns table (
    feed text, report_date date, due_at timestamptz, state text, part text, revision integer, kind text,
    arrived_at timestamptz, rows_read integer, rows_landed integer, rows_rejected integer, status text, reason text,
    detail text, publication integer, is_current boolean
)
language sql stable security definer set search_path = pg_catalog, pg_temp set client_min_messages = error
as $$
    with own as (
        select unnest(ops.counties_of(session_user)) as county_code
    ),
    due as (
        select r.* from ops.due_report as r
        where r.unit in (select own.county_code from own) and r.report_date >= since
    ),
    delivery as (
        select distinct on (d.feed, d.unit, d.report_date, d.part) d.*
        from ops.delivery as d
        where d.unit in (select own.county_code from own) and (d.report_date >= since or d.arrived_at >= since)
            and (d.kind, d.status) <> ('withdrawn', 'withdrawn')  -- a part that a rollback gave back
        order by d.feed, d.unit, d.report_date, d.part, d.revision desc
    )
    select
        l.feed, l.report_date, answered.due_at,
        case when l.kind not in ('correction', 'withdrawn') then answered.status end, l.part,
        l.revision, l.kind, l.arrived_at, l.rows_read, l.rows_landed, l.rows_rejected, l.status, l.reason,
        l.understood ->> 'refusal', p.publication,
        exists (select from ops.current_delivery as c where c.delivery_id = l.delivery_id)
    from delivery as l
    left join lateral (
        -- A file of several months answers several times: the last of them is shown.
        select due.due_at, due.status from due
        where l.feed = due.feed and l.unit = due.unit and l.report_date between due.first_date and due.last_date
            and ops.speaks_of(l.months, l.report_date, due.month)
        order by due.report_date desc
        limit 1
    ) as answered on true
    left join ops.publication as p on p.publication = l.build and p.rolled_back_at is null
    union all
    select
        due.feed, due.report_date, due.due_at, due.status, null, null, null, null, null, null, null, null, null, null,
        null, null
    from due
    where not exists (
        select from delivery as l
        where l.feed = due.feed and l.unit = due.unit and l.report_date between due.first_date and due.last_date
            and l.kind not in ('correction', 'withdrawn') and ops.speaks_of(l.months, l.report_date, due.month)
    )
$$;

reset role;
