-- A month of which only a corrected return workbook speaks came with it. It was missing for good: a correction was never
-- an arrival, and no file of its report speaks of the month. A county's page has with what was due the report that
-- answers it, which may be much older.
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
    end as status,
    due.month
from ops.due_window as due
left join lateral (
    select
        case
            when bool_and(part.is_correction) then min(part.arrived_at)
            else max(part.arrived_at) filter (where not part.is_correction)
        end as arrived_at,
        bool_or(part.status = 'held') as is_held,
        (
            array_agg(
                part.delivery_id
                order by
                    part.status = 'held', part.is_correction, case when part.is_correction then part.arrived_at end,
                    part.delivery_id desc
            )
        )[1] as delivery_id
    from (
        -- Of each part the latest revision, a held one last. A part arrived when its first revision that was not held
        -- did; what withdraws was never due, nor what corrects, unless nothing else speaks of the month.
        select distinct on (d.report_date, d.part)
            d.report_date, d.status, d.delivery_id, d.months,
            bool_or(d.kind = 'correction') over part as is_correction,
            min(d.arrived_at) filter (where d.status <> 'held' and d.kind <> 'withdrawn') over part as arrived_at
        from ops.delivery as d
        where d.feed = due.feed and d.unit = due.unit and d.report_date between due.first_date and due.last_date
            and d.status in ('landed', 'accepted', 'held')
        window part as (partition by d.report_date, d.part)
        order by d.report_date, d.part, d.status = 'held', d.revision desc
    ) as part
    where ops.speaks_of(part.months, part.report_date, due.month)
    group by part.report_date
    order by arrived_at nulls last, part.report_date
    limit 1
) as report on true
left join lateral (
    select max(d.delivery_id) as delivery_id
    from ops.delivery as d
    where d.feed = due.feed and d.unit = due.unit and d.report_date between due.first_date and due.last_date
        and d.status = 'refused' and ops.speaks_of(d.months, d.report_date, due.month)
) as refused on true;

comment on column ops.due_report.arrived_at is
'到达时间；更正不改变到达时间，除非该月只有更正涉及。 | When the last of its parts first came; a later revision or a correction does not change it, unless only corrections speak of the month.';
comment on column ops.due_report.delivery_id is
'所指报送的编号（只有更正涉及时为更正）；未报而有编号的，是无法读取的那一份。 | The delivery to look at, a correction where nothing else answers; of a missing report the file that could not be read.';

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
        select r.*, named.report_date as answered_on, named.part as answered_by
        from ops.due_report as r
        left join ops.delivery as named on r.delivery_id = named.delivery_id
        where r.unit in (select own.county_code from own) and r.report_date >= since
    ),
    delivery as (
        select distinct on (d.feed, d.unit, d.report_date, d.part) d.*
        from ops.delivery as d
        where d.unit in (select own.county_code from own)
            and (
                d.report_date >= since or d.arrived_at >= since
                or (d.feed, d.unit, d.report_date) in (
                    select due.feed, due.unit, due.answered_on from due where due.answered_on is not null
                )
            )
            and (d.kind, d.status) <> ('withdrawn', 'withdrawn')  -- a part that a rollback gave back
        order by d.feed, d.unit, d.report_date, d.part, d.revision desc
    ),
    answers as (
        select l.delivery_id, due.feed, due.unit, due.report_date, due.due_at, due.status
        from due
        inner join delivery as l
            on l.feed = due.feed and l.unit = due.unit and l.report_date between due.first_date and due.last_date
                and ops.speaks_of(l.months, l.report_date, due.month)
        where l.kind not in ('correction', 'withdrawn')
            or l.kind = 'correction' and (l.report_date, l.part) = (due.answered_on, due.answered_by)
    )
    select
        l.feed, l.report_date, answered.due_at, answered.status, l.part,
        l.revision, l.kind, l.arrived_at, l.rows_read, l.rows_landed, l.rows_rejected, l.status, l.reason,
        l.understood ->> 'refusal', p.publication,
        exists (select from ops.current_delivery as c where c.delivery_id = l.delivery_id)
    from delivery as l
    left join lateral (
        -- A file of several months answers several times: the last of them is shown.
        select answer.due_at, answer.status from answers as answer
        where answer.delivery_id = l.delivery_id
        order by answer.report_date desc
        limit 1
    ) as answered on true
    left join ops.valid_publication as p on p.publication = l.build
    union all
    select
        due.feed, due.report_date, due.due_at, due.status, null, null, null, null, null, null, null, null, null, null,
        null, null
    from due
    where not exists (
        select from answers as answer
        where (answer.feed, answer.unit, answer.report_date) = (due.feed, due.unit, due.report_date)
    )
$$;

reset role;
