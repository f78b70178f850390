-- The report of each unit for tonight, whether it was due or arrived without being due: one row per feed and unit. What
-- is due and what counts as missing is defined in ops.due_of_night.
with
deliveries as (
    select delivery.*, feed.kind as feed_kind, night.report_date as night_on
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

-- Reports that arrived tonight without being due tonight: compared with the due time of their own date, if it had one;
-- of a period feed with that of the latest month that they speak of.
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

-- Of each part of a report the latest revision, an accepted one before a held one. A part arrived when its first
-- accepted revision did; what withdraws was never due, nor what corrects, unless nothing else speaks of the month. What
-- is due for a month is answered by what speaks of it, whatever its date. ops.due_report has the same rules, as of now.
parts as (
    select distinct on (units.feed, units.unit, deliveries.report_date, deliveries.part)
        units.feed, units.unit, units.month, deliveries.report_date, deliveries.months, deliveries.status,
        deliveries.rows_read, deliveries.rows_landed, deliveries.rows_rejected,
        bool_or(deliveries.kind = 'correction') over part as is_correction,
        min(deliveries.arrived_at) filter (
            where deliveries.status = 'accepted' and deliveries.kind <> 'withdrawn'
        ) over part as arrived_at
    from units
    inner join deliveries
        on units.feed = deliveries.feed and units.unit = deliveries.unit
            and deliveries.report_date between units.first_date and units.last_date
    window part as (partition by units.feed, units.unit, deliveries.report_date, deliveries.part)
    order by
        units.feed, units.unit, deliveries.report_date, deliveries.part, deliveries.status = 'accepted' desc,
        deliveries.revision desc
),

arrivals as (
    select
        feed, unit, report_date, bool_or(status = 'held') as is_held,
        case
            when bool_and(is_correction) then min(arrived_at) else max(arrived_at) filter (where not is_correction)
        end as arrived_at,
        sum(rows_read) as rows_read, sum(rows_landed) as rows_landed, sum(rows_rejected) as rows_rejected
    from parts
    where ops.speaks_of(months, report_date, month)
    group by feed, unit, report_date
),

reports as (
    select *, row_number() over (partition by feed, unit order by arrived_at nulls last, report_date) as place
    from arrivals
)

select
    units.feed, units.unit, units.is_due, units.due_at, reports.arrived_at,
    reports.rows_read, reports.rows_landed, reports.rows_rejected,
    case
        when reports.arrived_at is null and reports.is_held then 'held'
        when reports.arrived_at is null and units.status = 'intake_failed' then 'intake_failed'
        -- A refused file is of no use: to readers its report is missing.
        when reports.arrived_at is null then 'missing'
        -- The warehouse itself reads the platform, so what it reads is on time.
        when reports.arrived_at > units.due_at and units.unit <> 'hr_platform' then 'late'
        else 'on_time'
    end as status,
    histories.latest_on, coalesce(histories.corrections_7d, 0) as corrections_7d
from units
left join reports on units.feed = reports.feed and units.unit = reports.unit and reports.place = 1
left join histories on units.feed = histories.feed and units.unit = histories.unit
