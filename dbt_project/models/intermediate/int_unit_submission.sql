-- What each unit has submitted for tonight, whether it was due or arrived without being due: one row per feed and unit.
-- What is due and what counts as missing is defined in ops.due_of_night.
with
deliveries as (
    select
        delivery.*, feed.kind as feed_kind, night.report_date as night_on,
        delivery.rows_read - delivery.rows_erased as rows_kept
    from {{ source('ops', 'delivery') }} as delivery
    inner join {{ source('ops', 'build') }} as night using (build)
    inner join {{ source('ops', 'feed') }} as feed on delivery.feed = feed.feed
    where delivery.status in ('accepted', 'held')
),

histories as (
    select
        feed, unit, max(report_date) filter (where status = 'accepted') as latest_on,
        -- A corrected return workbook is the first revision of a part of its own.
        count(*) filter (
            where (revision > 1 and kind <> 'withdrawn' or kind = 'correction') and night_on > {{ tonight_date() }} - 7
        ) as corrections_7d
    from deliveries
    group by feed, unit
),

due_tonight as (
    select feed, unit, due_at, first_date, last_date, month, status
    from {{ source('ops', 'due_of_night') }}
    where build = {{ tonight_build() }}
),

-- Submissions that arrived tonight without being due tonight: compared with the due time of their own date, if it had
-- one; of a period feed with that of the latest month that they speak of.
unscheduled as (
    select
        deliveries.feed, deliveries.unit,
        (array_agg(due.due_at order by deliveries.report_date desc, due.due_at desc nulls last))[1] as due_at,
        case when deliveries.feed_kind = 'batch' then '-infinity' else max(deliveries.report_date) end as first_date,
        case when deliveries.feed_kind = 'batch' then 'infinity' else max(deliveries.report_date) end as last_date
    from deliveries
    left join due_tonight using (feed, unit)
    left join {{ source('ops', 'due') }} as due
        on deliveries.feed = due.feed and deliveries.unit = due.unit
            and case deliveries.feed_kind
                when 'batch' then true
                when 'period' then ops.speaks_of(
                    deliveries.months, deliveries.report_date,
                    (date_trunc('month', due.report_date) - interval '1 month')::date
                )
                else deliveries.report_date = due.report_date
            end
    where deliveries.build = {{ tonight_build() }} and due_tonight.feed is null
    group by deliveries.feed, deliveries.unit, deliveries.feed_kind
),

units as (
    select feed, unit, due_at, first_date, last_date, month, status, true as is_due from due_tonight
    union all
    select feed, unit, due_at, first_date, last_date, null, 'arrived' as status, false as is_due from unscheduled
),

-- Of each part of a submission the latest revision, a held one last. What is due for a month is answered by what speaks
-- of it, whatever its date. When a part and a submission arrived, and what that means, is defined by functions of the
-- database, which ops.due_submission calls as of now.
parts as (
    select distinct on (units.feed, units.unit, deliveries.report_date, deliveries.part)
        units.feed, units.unit, units.month, deliveries.report_date, deliveries.months, deliveries.status,
        deliveries.rows_kept as rows_read, deliveries.rows_landed, deliveries.rows_rejected,
        bool_or(deliveries.kind = 'correction') over part as is_correction,
        min(deliveries.arrived_at) filter (
            where ops.is_arrival(deliveries.kind, deliveries.status)
        ) over part as arrived_at
    from units
    inner join deliveries
        on units.feed = deliveries.feed and units.unit = deliveries.unit
            and deliveries.report_date between units.first_date and units.last_date
    window part as (partition by units.feed, units.unit, deliveries.report_date, deliveries.part)
    order by
        units.feed, units.unit, deliveries.report_date, deliveries.part, deliveries.status = 'held',
        deliveries.revision desc
),

arrivals as (
    select
        feed, unit, report_date, bool_or(status = 'held') as is_held,
        ops.arrival_of_parts(array_agg(arrived_at), array_agg(is_correction)) as arrived_at,
        sum(rows_read) as rows_read, sum(rows_landed) as rows_landed, sum(rows_rejected) as rows_rejected
    from parts
    where ops.speaks_of(months, report_date, month)
    group by feed, unit, report_date
),

submissions as (
    select *, row_number() over (partition by feed, unit order by arrived_at nulls last, report_date) as place
    from arrivals
)

select
    units.feed, units.unit, units.is_due, units.due_at, submissions.arrived_at,
    submissions.rows_read, submissions.rows_landed, submissions.rows_rejected,
    ops.state_of_due(
        submissions.arrived_at, units.due_at, units.unit, submissions.is_held, units.status = 'intake_failed'
    ) as status,
    histories.latest_on, coalesce(histories.corrections_7d, 0) as corrections_7d
from units
left join submissions
    on units.feed = submissions.feed and units.unit = submissions.unit and submissions.place = 1
left join histories on units.feed = histories.feed and units.unit = histories.unit
