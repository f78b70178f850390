{{ config(materialized='table', schema='staging') }}

-- What each unit reported for tonight: what is due, and what came besides; one row a feed and unit.
with
expected as (
    select
        due.feed, due.unit, due.report_date, due.due_at,
        (due.due_at at time zone 'Asia/Shanghai')::date as due_on,
        lag(due.report_date) over (partition by due.feed, due.unit order by due.report_date) as previous_date
    from {{ source('ops', 'due') }} as due
),

deliveries as (
    select
        delivery.feed, delivery.unit, delivery.report_date, delivery.part, delivery.revision, delivery.status,
        delivery.build, delivery.arrived_at, delivery.rows_read, delivery.rows_landed, delivery.rows_rejected,
        night.report_date as taken_in_on
    from {{ source('ops', 'delivery') }} as delivery
    inner join {{ source('ops', 'build') }} as night using (build)
    where delivery.status in ('accepted', 'held')
),

-- A report counts for what is due if it is dated after the one due before; a month's file from the first of the
-- month on; a bank's return whatever its date, and what it owes stays due until it comes.
due_tonight as (
    select
        expected.feed, expected.unit, expected.due_at, expected.report_date as to_date,
        case
            when expected.feed = 'bank_return' then '-infinity'::date
            when expected.previous_date is not null then expected.previous_date + 1
            when expected.feed in ('relief_payroll', 'public_post_payment')
                then date_trunc('month', expected.report_date)::date
            else expected.report_date
        end as from_date
    from expected
    where
        expected.due_on = {{ tonight_date() }}
        or (
            expected.feed = 'bank_return' and expected.due_on < {{ tonight_date() }}
            and not exists (
                select from deliveries
                where deliveries.feed = 'bank_return' and deliveries.unit = expected.unit
                    and deliveries.status = 'accepted' and deliveries.build < {{ tonight_build() }}
            )
        )
),

-- What came tonight and is not due tonight: held against its own date, if that was ever due.
came_besides as (
    select
        deliveries.feed, deliveries.unit, max(expected.due_at) as due_at,
        max(deliveries.report_date) as to_date, max(deliveries.report_date) as from_date
    from deliveries
    left join expected
        on deliveries.feed = expected.feed and deliveries.unit = expected.unit
            and (deliveries.report_date = expected.report_date or deliveries.feed = 'bank_return')
    where deliveries.build = {{ tonight_build() }}
        and not exists (
            select from due_tonight
            where due_tonight.feed = deliveries.feed and due_tonight.unit = deliveries.unit
        )
    group by deliveries.feed, deliveries.unit
),

units as (
    select feed, unit, due_at, from_date, to_date, true as is_due from due_tonight
    union all
    select feed, unit, due_at, from_date, to_date, false as is_due from came_besides
),

-- Of each part of a report the latest revision, an accepted one before one that is held; it came when the first
-- accepted one did.
parts as (
    select distinct on (units.feed, units.unit, deliveries.report_date, deliveries.part)
        units.feed, units.unit, deliveries.report_date, deliveries.status,
        deliveries.rows_read, deliveries.rows_landed, deliveries.rows_rejected,
        min(deliveries.arrived_at) filter (where deliveries.status = 'accepted') over part as arrived_at
    from units
    inner join deliveries
        on units.feed = deliveries.feed and units.unit = deliveries.unit
            and (units.feed = 'bank_return' or deliveries.report_date between units.from_date and units.to_date)
    window part as (partition by units.feed, units.unit, deliveries.report_date, deliveries.part)
    order by
        units.feed, units.unit, deliveries.report_date, deliveries.part,
        deliveries.status = 'accepted' desc, deliveries.revision desc
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
    units.feed, units.unit, units.is_due, units.due_at,
    reports.arrived_at, reports.rows_read, reports.rows_landed, reports.rows_rejected,
    case
        when reports.arrived_at is null and reports.is_held then 'held'
        when reports.arrived_at is null then 'missing'
        when reports.arrived_at > units.due_at then 'late'
        else 'on_time'
    end as status,
    (
        select max(deliveries.report_date) from deliveries
        where deliveries.feed = units.feed and deliveries.unit = units.unit and deliveries.status = 'accepted'
    ) as latest_on,
    (
        select count(*) from deliveries
        where deliveries.feed = units.feed and deliveries.unit = units.unit and deliveries.revision > 1
            and deliveries.taken_in_on > {{ tonight_date() }} - 7
    ) as corrections_7d
from units
left join reports on units.feed = reports.feed and units.unit = reports.unit and reports.place = 1
