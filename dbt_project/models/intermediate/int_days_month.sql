-- Days worked nearby, as reported for a month: work relief, public posts and orders, no more than the month has.
-- They count where the person is registered at the end of the month; for a person without a home, where they were
-- reported (days on the platform then count nowhere).
with
reported as (
    select person_key, period as month, county_code as reported_by, sum(days_worked) as days
    from {{ ref('fct_relief_payroll_line') }}
    group by person_key, period, county_code
    union all
    select person_key, period, unit, sum(days_present)
    from {{ ref('reported_public_post_payment') }}
    where seen_to is null
    group by person_key, period, unit
    union all
    select person_key, date_trunc('month', completed_on)::date, null, count(distinct completed_on)
    from {{ ref('fct_gig_order') }}
    where completed_on <= {{ tonight_date() }} and {{ in_prefecture('township_code') }}
    group by person_key, date_trunc('month', completed_on)
),

homes as ({{ homes_of('reported') }}),

day_rows as (
    select
        reported.person_key, reported.month, reported.days, grid.period_end,
        coalesce(home.county_code, reported.reported_by) as county_code,
        coalesce(home.township_code, reported.reported_by || '000') as township_code
    from reported
    inner join {{ ref('int_month') }} as grid on reported.month = grid.month and grid.county_code = {{ prefecture() }}
    left join homes as home on reported.person_key = home.person_key and {{ is_home('home', 'grid.as_of') }}
    where coalesce({{ in_prefecture('reported.reported_by') }}, true)
),

persons as (
    select
        place.county_code, place.township_code, day_rows.month, day_rows.person_key,
        least(sum(day_rows.days), extract(day from day_rows.period_end)) as days
    from day_rows
    cross join lateral {{ township_places('day_rows') }} as place (county_code, township_code)
    where day_rows.county_code is not null
    group by place.county_code, place.township_code, day_rows.month, day_rows.person_key, day_rows.period_end
)

select
    county_code, township_code, month,
    count(*)::integer as persons_with_days,
    avg(days)::numeric(14, 2) as mean_days_worked
from persons
where days > 0
group by county_code, township_code, month
