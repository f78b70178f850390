-- What became of each delivery that was due is said by one rule, that of the marts: int_unit_report has it as of a night,
-- the view here as of now, for the console and for a county's own page.
set role wh_owner;

create view ops.due_window as
select
    due.feed,
    due.unit,
    due.report_date,
    due.due_at,
    feed.kind,
    (due.due_at at time zone 'Asia/Shanghai')::date as due_on,
    case
        when feed.kind = 'batch' then '-infinity'::date
        else coalesce(
            (
                select max(earlier.report_date) + 1 from ops.due as earlier
                where earlier.feed = due.feed and earlier.unit = due.unit and earlier.report_date < due.report_date
            ),
            date_trunc(case feed.kind when 'period' then 'month' else 'day' end, due.report_date::timestamp)::date
        )
    end as first_date,
    case feed.kind when 'batch' then 'infinity'::date else due.report_date end as last_date
from ops.due as due
inner join ops.feed as feed on due.feed = feed.feed;

comment on view ops.due_window is
'每项应报，及可抵此次应报的报表日期。 | What is due, and the report dates that answer it.';
comment on column ops.due_window.due_on is '应报当晚的报表日期。 | The report date of the night on which it is due.';
comment on column ops.due_window.first_date is
'可抵此次应报的最早报表日期：上一次应报的次日；按期报表自当月1日起；代发回盘不限日期。 | The earliest report date that answers what is due: the day after the one due before, or else the date itself; of a period feed the first of its month; of a batch any date.';
comment on column ops.due_window.last_date is
'可抵此次应报的最晚报表日期。 | The latest report date that answers what is due.';

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
    end as status
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
) as found;

create view ops.due_report as
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
        -- did; a correction is no part that was due.
        select distinct on (d.report_date, d.part)
            d.report_date, d.status, d.delivery_id,
            min(d.arrived_at) filter (where d.status <> 'held' and d.kind <> 'correction')
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

comment on view ops.due_report is
'每项应报现在的状态，判定与监测表相同。 | What has become of each delivery that was due, as the marts judge it: one row a feed, unit and report date.';
comment on column ops.due_report.arrived_at is
'到达时间；更正不改变到达时间。 | When the last of its parts first came; a later revision or a correction does not change it.';
comment on column ops.due_report.delivery_id is
'所指报送的编号；未报而有编号的，是无法读取的那一份。 | The delivery to look at; of a missing report the file that could not be read.';
comment on column ops.due_report.status is
'按时、迟报、暂扣、入库失败（系统原因）或未报；文件无法读取的也是未报。 | on_time, late, held, intake_failed (the warehouse found a file and failed to ingest it) or missing, also where a file could not be read.';

grant select on ops.due_window, ops.due_report
to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator;

drop function ops.own_deliveries(date);
create function ops.own_deliveries(since date)
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
        order by d.feed, d.unit, d.report_date, d.part, d.revision desc
    )
    select
        l.feed, l.report_date, due.due_at, case when l.kind <> 'correction' then due.status end, l.part, l.revision,
        l.kind, l.arrived_at, l.rows_read, l.rows_landed, l.rows_rejected, l.status, l.reason, l.understood ->> 'refusal',
        p.publication, exists (select from ops.current_delivery as c where c.delivery_id = l.delivery_id)
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
            and l.kind <> 'correction'
    )
$$;
comment on function ops.own_deliveries(date) is
'本县市应报和已报的记录，状态与监测表相同。 | What the county of the session''s login owed and sent since a date, with what became of it; the state is that of ops.due_report.';
revoke all on function ops.own_deliveries(date) from public;
grant execute on function ops.own_deliveries(date) to wh_county;

reset role;
