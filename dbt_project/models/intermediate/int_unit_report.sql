-- The report of each unit for tonight: due ones, and those that arrived without being due; one row a feed and unit.
with
expected as (
    select
        due.feed, due.unit, due.report_date, due.due_at, feed.kind as feed_kind,
        (due.due_at at time zone 'Asia/Shanghai')::date as due_on
    from {{ source('ops', 'due') }} as due
    inner join {{ source('ops', 'feed') }} as feed on due.feed = feed.feed
),

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
        count(*) filter (where revision > 1 and kind <> 'withdrawn' and night_on > {{ tonight_date() }} - 7)
            as corrections_7d,
        bool_or(status = 'accepted' and build < {{ tonight_build() }}) as was_accepted_before
    from deliveries
    group by feed, unit
),

-- A report counts as the one due if it is dated after the one due before it; that of a period feed, from the first of
-- the month on; that of a batch (a bank's return), whatever its date. A return stays due until it arrives.
due_tonight as (
    select
        expected.feed, expected.unit, expected.due_at, expected.report_date as to_date,
        case
            when expected.feed_kind = 'batch' then '-infinity'::date
            else coalesce(
                (
                    select max(earlier.report_date) + 1 from {{ source('ops', 'due') }} as earlier
                    where earlier.feed = expected.feed and earlier.unit = expected.unit
                        and earlier.report_date < expected.report_date
                ),
                date_trunc(case feed_kind when 'period' then 'month' else 'day' end, expected.report_date)::date
            )
        end as from_date
    from expected
    left join histories using (feed, unit)
    where expected.due_on = {{ tonight_date() }}
        or (
            expected.feed_kind = 'batch' and expected.due_on < {{ tonight_date() }}
            and not coalesce(histories.was_accepted_before, false)
        )
),

-- Reports that arrived tonight without being due tonight: compared with the due time of their own date, if it had one.
unscheduled as (
    select
        deliveries.feed, deliveries.unit,
        (array_agg(expected.due_at order by deliveries.report_date desc, expected.due_at desc nulls last))[1] as due_at,
        max(deliveries.report_date) as to_date, max(deliveries.report_date) as from_date
    from deliveries
    left join due_tonight using (feed, unit)
    left join expected
        on deliveries.feed = expected.feed and deliveries.unit = expected.unit
            and (deliveries.report_date = expected.report_date or deliveries.feed_kind = 'batch')
    where deliveries.build = {{ tonight_build() }} and due_tonight.feed is null
    group by deliveries.feed, deliveries.unit
),

units as (
    select feed, unit, due_at, from_date, to_date, true as is_due from due_tonight
    union all
    select feed, unit, due_at, from_date, to_date, false as is_due from unscheduled
),

-- Of each part of a report the latest revision, an accepted one before a held one. A part arrived when its first
-- accepted revision did.
parts as (
    select distinct on (units.feed, units.unit, deliveries.report_date, deliveries.part)
        units.feed, units.unit, deliveries.report_date, deliveries.status,
        deliveries.rows_read, deliveries.rows_landed, deliveries.rows_rejected,
        min(deliveries.arrived_at) filter (where deliveries.status = 'accepted') over part as arrived_at
    from units
    inner join deliveries
        on units.feed = deliveries.feed and units.unit = deliveries.unit
            and (deliveries.feed_kind = 'batch' or deliveries.report_date between units.from_date and units.to_date)
    window part as (partition by units.feed, units.unit, deliveries.report_date, deliveries.part)
    order by
        units.feed, units.unit, deliveries.report_date, deliveries.part, deliveries.status = 'accepted' desc,
        deliveries.revision desc
),

reports as (
    select
        feed, unit, max(arrived_at) as arrived_at, bool_or(status = 'held') as is_held,
        sum(rows_read) as rows_read, sum(rows_landed) as rows_landed, sum(rows_rejected) as rows_rejected,
        row_number() over (partition by feed, unit order by max(arrived_at) nulls last, report_date) as place
    from parts
    group by feed, unit, report_date
)

select
    units.feed, units.unit, units.is_due, units.due_at, reports.arrived_at,
    reports.rows_read, reports.rows_landed, reports.rows_rejected,
    case
        when reports.arrived_at is null and reports.is_held then 'held'
        -- A file that the warehouse failed to ingest is not a missing delivery.
        when reports.arrived_at is null and exists (
            select from {{ source('ops', 'intake_failure') }} as failure
            where failure.feed = units.feed and failure.unit in (units.unit, '*')
                and failure.night_on = {{ tonight_date() }}
        ) then 'intake_failed'
        when reports.arrived_at is null then 'missing'
        -- The warehouse itself reads the platform, so what it reads is on time.
        when reports.arrived_at > units.due_at and units.unit <> 'hr_platform' then 'late'
        else 'on_time'
    end as status,
    histories.latest_on, coalesce(histories.corrections_7d, 0) as corrections_7d
from units
left join reports on units.feed = reports.feed and units.unit = reports.unit and reports.place = 1
left join histories on units.feed = histories.feed and units.unit = histories.unit
