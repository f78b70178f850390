-- A report arrived when its files did. A revision that withdraws a part is dated by its ingest, and only corrections were
-- left out, so that a report turned late when a return workbook of it was replaced.
set role wh_owner;

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
    end as status
from ops.due_window as due
left join lateral (
    select
        max(part.arrived_at) as arrived_at, bool_or(part.status = 'held') as is_held,
        (array_agg(part.delivery_id order by part.status = 'held', part.delivery_id desc))[1] as delivery_id
    from (
        -- Of each part the latest revision, a held one last. A part arrived when its first revision that was not held
        -- did; what corrects or withdraws was never due.
        select distinct on (d.report_date, d.part)
            d.report_date, d.status, d.delivery_id,
            min(d.arrived_at) filter (where d.status <> 'held' and d.kind not in ('correction', 'withdrawn'))
                over (partition by d.report_date, d.part) as arrived_at
        from ops.delivery as d
        where d.feed = due.feed and d.unit = due.unit and d.report_date between due.first_date and due.last_date
            and d.status in ('landed', 'accepted', 'held')
        order by d.report_date, d.part, d.status = 'held', d.revision desc
    ) as part
    group by part.report_date
    order by max(part.arrived_at) nulls last, part.report_date
    limit 1
) as report on true
left join lateral (
    select max(d.delivery_id) as delivery_id
    from ops.delivery as d
    where d.feed = due.feed and d.unit = due.unit and d.report_date between due.first_date and due.last_date
        and d.status = 'refused'
) as refused on true;

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
        l.feed, l.report_date, due.due_at, case when l.kind not in ('correction', 'withdrawn') then due.status end, l.part,
        l.revision, l.kind, l.arrived_at, l.rows_read, l.rows_landed, l.rows_rejected, l.status, l.reason,
        l.understood ->> 'refusal', p.publication,
        exists (select from ops.current_delivery as c where c.delivery_id = l.delivery_id)
    from delivery as l
    left join due
        on l.feed = due.feed and l.unit = due.unit and l.report_date between due.first_date and due.last_date
    left join ops.publication as p on p.publication = l.build and p.rolled_back_at is null
    union all
    select
        due.feed, due.report_date, due.due_at, due.status, null, null, null, null, null, null, null, null, null, null,
        null, null
    from due
    where not exists (
        select from delivery as l
        where l.feed = due.feed and l.unit = due.unit and l.report_date between due.first_date and due.last_date
            and l.kind not in ('correction', 'withdrawn')
    )
$$;

reset role;
