-- Whether the submission of each feed that was due last is accepted, for each county and day since its first register.
-- It is due by the calendar, whether a night was built or not, but of no county that has not joined yet; the platform,
-- on each day from its first reading on.
with
days as (
    select
        calendar.calendar_date, calendar.is_working_day, calendar.weekday,
        ops.setting('campaign_frequency', calendar.calendar_date) as campaign_frequency,
        coalesce(ops.words(ops.setting('counties_not_joined', calendar.calendar_date)), '{}') as not_joined
    from {{ ref('dim_date') }} as calendar
    where calendar.calendar_date between (
        select min(first_register_on) from {{ ref('int_register_start') }}
    ) and {{ tonight_date() }}
),

counties as (
    select * from {{ ref('int_register_start') }} where county_code <> {{ prefecture() }}
),

county_days as (
    select
        feed.feed, counties.county_code, counties.county_code as unit, days.calendar_date as on_date,
        {{ is_due_on_day() }} and counties.county_code <> all(days.not_joined) as is_due
    from {{ source('ops', 'feed') }} as feed
    cross join counties
    inner join days on counties.first_register_on <= days.calendar_date
    where feed.unit = 'county' and feed.kind <> 'period' and feed.due_frequency is not null
),

readings as (
    select known.feed, known.unit, min(known.report_date) as first_on
    from (
        select feed, unit, report_date from {{ source('ops', 'due') }}
        union all
        select feed, unit, report_date from {{ source('ops', 'delivery') }}
    ) as known
    inner join {{ source('ops', 'feed') }} as feed on known.feed = feed.feed
    where feed.unit = 'platform'
    group by known.feed, known.unit
),

platform_days as (
    select readings.feed, counties.county_code, readings.unit, days.calendar_date as on_date, true as is_due
    from readings
    cross join counties
    inner join days on days.calendar_date >= greatest(readings.first_on, counties.first_register_on)
),

due_days as (
    select
        feed, county_code, unit, on_date,
        max(on_date) filter (where is_due) over (partition by feed, county_code order by on_date) as due_on
    from (
        select * from county_days
        union all
        select * from platform_days
    ) as all_days
),

accepted as (
    select distinct feed, unit, report_date from {{ source('ops', 'delivery') }} where status = 'accepted'
)

select
    due_days.feed,
    coalesce(due_days.county_code, {{ prefecture() }}) as county_code,
    due_days.on_date,
    bool_and(accepted.report_date is not null) as is_accepted
from due_days
left join accepted
    on due_days.feed = accepted.feed and due_days.unit = accepted.unit and due_days.due_on = accepted.report_date
where due_days.due_on is not null
group by due_days.feed, due_days.on_date, rollup (due_days.county_code)
