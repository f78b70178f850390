-- Feeds whose latest due submission has not been accepted, by reporting unit, and since when; counties that have no
-- labour register are included, those that have not joined yet are not.
with
days as (
    select
        calendar.calendar_date, calendar.is_working_day, calendar.weekday, register.first_register_on,
        ops.setting('campaign_frequency', calendar.calendar_date) as campaign_frequency,
        coalesce(ops.words(ops.setting('counties_not_joined', calendar.calendar_date)), '{}') as not_joined
    from {{ ref('int_register_start') }} as register
    inner join {{ ref('dim_date') }} as calendar
        on calendar.calendar_date between register.first_register_on and {{ tonight_date() }}
    where register.county_code = {{ prefecture() }}
),

county_days as (
    select
        county.division_code as unit, county.division_code as county_code,
        days.calendar_date, days.is_working_day, days.weekday, days.campaign_frequency,
        min(days.calendar_date) over (partition by county.division_code) as expected_from
    from {{ ref('division') }} as county
    inner join days on county.division_code <> all(days.not_joined)
    where county.level = 'county'
),

projects as (
    select
        project_no as unit, county_code, township_code, owner_unit, started_on,
        coalesce(least(completed_on, left_out_on - 1), 'infinity') as open_until
    from {{ ref('dim_relief_project') }}
),

-- Counties are due by the calendar of each feed; projects on every day on which they are open, and once a month for
-- the payroll.
due as (
    select
        feed.feed, days.unit, days.county_code,
        null::text as township_code, null::text as owner_unit,
        days.calendar_date as due_on, days.expected_from
    from {{ source('ops', 'feed') }} as feed
    cross join county_days as days
    where feed.unit = 'county' and {{ is_due_on_day() }}
    union all
    select
        feed.feed, projects.unit, projects.county_code, projects.township_code, projects.owner_unit,
        days.calendar_date, days.first_register_on as expected_from
    from {{ source('ops', 'feed') }} as feed
    cross join projects
    inner join days on days.calendar_date between projects.started_on and projects.open_until
    where feed.unit = 'project'
        and (feed.kind <> 'period' or extract(day from days.calendar_date) = feed.due_day)
),

accepted as (
    select distinct feed, unit, report_date from {{ source('ops', 'delivery') }} where status = 'accepted'
),

-- Any file that covers the month before satisfies a period feed.
answers as (
    select feed, unit, report_date as due_on from accepted
    where feed not in (select feed from {{ source('ops', 'feed') }} where kind = 'period')
    union all
    select covered.feed, covered.unit, (covered.period + interval '1 month')::date + calendar.due_day - 1
    from ({{ months_covered() }}) as covered
    inner join {{ source('ops', 'feed') }} as calendar on covered.feed = calendar.feed
),

compared as (
    select
        due.*,
        max(due.due_on) filter (where answers.due_on is not null) over (partition by due.feed, due.unit) as answered_on
    from due
    left join answers using (feed, unit, due_on)
),

silent_units as (
    select feed, unit, county_code, township_code, owner_unit, expected_from, min(due_on) as silent_since
    from compared
    where answered_on is null or due_on > answered_on
    group by feed, unit, county_code, township_code, owner_unit, expected_from
)

select
    silent_units.feed, silent_units.unit, silent_units.county_code, silent_units.township_code, silent_units.owner_unit,
    case when ever.unit is null then silent_units.expected_from else silent_units.silent_since end as silent_since
from silent_units
left join (select distinct feed, unit from accepted) as ever using (feed, unit)
