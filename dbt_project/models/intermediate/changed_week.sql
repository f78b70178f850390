-- The weeks that this build recomputes: those that have not been published as complete, and those of which it changed a
-- figure, the state of the data, or whether a follow-up is complete. The scope of all models keyed by week.
with
published as ({{ last_report_date(tonight_date()) }}),

-- Weeks that the last publication has in another state, or not at all.
statuses as (
    select grid.week
    from {{ ref('int_week') }} as grid
    inner join ({{ week_status('employment_flow') }}) as status using (county_code, week)
    left join {{ published_rows('employment_flow') }} as known using (county_code, week)
    where
        known.week is null
        or (grid.counties_reporting, status.obs_status) is distinct from (known.counties_reporting, known.obs_status)
),

follow_ups as (
    select grid.week
    from {{ ref('int_week') }} as grid
    cross join published
    cross join lateral (
        values
        ({{ setting('retention_days_3m', 'integer') }}),
        ({{ setting('retention_days_6m', 'integer') }}),
        ({{ setting('retention_days_12m', 'integer') }})
    ) as retention (days)
    where grid.period_end + retention.days > published.on_date
        and grid.period_end + retention.days <= {{ tonight_date() }}
),

-- A week begins with the figures of the day before it.
figure_days as (
    select distinct on_date from {{ changed_rows('headline_series') }} as figures
),

job_days as (
    select start_on as on_date from {{ changed_rows('fct_job') }} as jobs
    union
    select end_on from {{ changed_rows('fct_job') }} as jobs where end_on is not null
),

all_weeks as (
    select week from statuses
    union
    select week from follow_ups
    union
    select date_trunc('week', on_date)::date from figure_days
    union
    select date_trunc('week', on_date + 1)::date from figure_days
    union
    select date_trunc('week', on_date)::date from job_days
    union
    select grid.week
    from {{ ref('int_week') }} as grid
    cross join published
    where grid.period_end >= published.on_date
)

select distinct all_weeks.week
from all_weeks
inner join {{ ref('int_week') }} as grid using (week)
