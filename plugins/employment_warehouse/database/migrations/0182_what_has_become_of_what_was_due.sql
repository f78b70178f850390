-- What has become of a delivery that was due is judged by the same functions wherever it is asked: as things are now
-- (ops.due_submission, which was ops.due_report), of a night (int_unit_submission), and in the answer to an upload.
set role wh_owner;

create function ops.is_arrival(kind text, status text) returns boolean
language sql immutable
return status <> 'held' and kind <> 'withdrawn';

comment on function ops.is_arrival(text, text) is
'该修订是否算到达：暂扣的和作废分册的不算。 | Whether a part has arrived with a revision: not with one that is held, nor with what withdraws it.';

create function ops.arrival_of_parts(arrivals timestamptz [], are_corrections boolean []) returns timestamptz
language sql immutable
return (
    select case
        when bool_and(part.is_correction) then min(part.arrived_at)
        else max(part.arrived_at) filter (where not part.is_correction)
    end
    from unnest(arrivals, are_corrections) as part (arrived_at, is_correction)
);

comment on function ops.arrival_of_parts(timestamptz [], boolean []) is
'报送的到达时间：最后到达的分册；更正不算，除非只有更正。 | When a submission has arrived: with the last of its parts. Corrections were never due: they do not count, unless there is nothing else.';

create function ops.state_of_due(
    arrived_at timestamptz, due_at timestamptz, unit text, is_held boolean, is_intake_failure boolean
) returns text
language sql immutable
-- The warehouse itself reads the platform, so what it reads is on time. A refused file is of no use: what was due is missing.
return case
    when arrived_at > due_at and unit <> 'hr_platform' then 'late'
    when arrived_at is not null then 'on_time'
    when is_held then 'held'
    when is_intake_failure then 'intake_failed'
    else 'missing'
end;

comment on function ops.state_of_due(timestamptz, timestamptz, text, boolean, boolean) is
'应报的状态：迟报、按时、暂扣、入库失败或未报。 | What has become of what was due: late, on_time, held, intake_failed or missing.';

create function ops.last_accepted_on(of_feed text, of_unit text, until date) returns date
language sql stable
return (
    select max(d.report_date) from ops.delivery as d
    where d.feed = of_feed and d.unit = of_unit and d.status = 'accepted' and d.report_date <= until
);

comment on function ops.last_accepted_on(text, text, date) is
'某单位某报表至某日最近一次被采用的报送的报表日期。 | Report date of the last accepted submission of a unit up to a date: its data are carried forward.';

grant execute on function ops.is_arrival(text, text), ops.arrival_of_parts(timestamptz [], boolean []),
ops.state_of_due(timestamptz, timestamptz, text, boolean, boolean)
to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator;
grant execute on function ops.last_accepted_on(text, text, date) to wh_publisher, wh_auditor;

alter view ops.due_report rename to due_submission;

create or replace view ops.due_submission as
select
    due.feed,
    due.unit,
    due.report_date,
    due.due_at,
    due.due_on,
    due.first_date,
    due.last_date,
    submission.arrived_at,
    coalesce(submission.delivery_id, refused.delivery_id) as delivery_id,
    ops.state_of_due(
        submission.arrived_at, due.due_at, due.unit, submission.is_held,
        exists (
            select from ops.intake_failure as failure
            inner join ops.build as night
                on failure.night_on = night.report_date and failure.recorded_at <= night.started_at
            where failure.feed = due.feed and failure.unit in (due.unit, '*')
                and failure.night_on = case due.kind
                    when 'batch' then (select max(newest.report_date) from ops.build as newest) else due.due_on
                end
        )
    ) as status,
    due.month
from ops.due_window as due
left join lateral (
    select
        ops.arrival_of_parts(array_agg(part.arrived_at), array_agg(part.is_correction)) as arrived_at,
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
        -- Of each part the latest revision, a held one last.
        select distinct on (d.report_date, d.part)
            d.report_date, d.status, d.delivery_id, d.months,
            bool_or(d.kind = 'correction') over part as is_correction,
            min(d.arrived_at) filter (where ops.is_arrival(d.kind, d.status)) over part as arrived_at
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
) as submission on true
left join lateral (
    select max(d.delivery_id) as delivery_id
    from ops.delivery as d
    where d.feed = due.feed and d.unit = due.unit and d.report_date between due.first_date and due.last_date
        and d.status = 'refused' and ops.speaks_of(d.months, d.report_date, due.month)
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
        select r.*, named.report_date as answered_on, named.part as answered_by
        from ops.due_submission as r
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

comment on function ops.own_deliveries(date) is
'本县市应报和已报的记录，状态与监测表相同。 | What the county of the session''s login owed and sent since a date, with what became of it; the state is that of ops.due_submission.';
comment on column ops.due_submission.delivery_id is
'所指报送的编号（只有更正涉及时为更正）；未报而有编号的，是无法读取的那一份。 | The delivery to look at, a correction where nothing else answers; where it is missing, the file that could not be read.';

reset role;
