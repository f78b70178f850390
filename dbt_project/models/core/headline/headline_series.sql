-- The headline figures of every day since the first register, as known tonight: the published series, and the steps of
-- tonight cumulated over the days.
with
published as (select * from {{ continued_rows('headline_series') }} as series),

known_until as (select max(on_date) as on_date from published),

grid as (
    select register.county_code, day.on_date::date as on_date, figure.indicator
    from {{ ref('int_register_start') }} as register
    cross join lateral
        generate_series(register.first_register_on, {{ tonight_date() }}, interval '1 day') as day (on_date)
    cross join unnest(array[
        'labour_force', 'rural_employed', 'rural_employed_ytd', 'poverty_alleviated_labour_force',
        'poverty_alleviated_employed', 'poverty_alleviated_employed_ytd', 'employed_away', 'employed_nearby',
        'relocated_households_with_labour', 'zero_employment_households', 'zero_employment_relocated_households'
    ]) as figure (indicator)
),

-- Each person and household is of one county, so the steps of the prefecture are those of all counties together.
steps as (
    select coalesce(county_code, {{ prefecture() }}) as county_code, indicator, on_date, sum(change) as change
    from {{ ref('int_headline_step') }}
    group by indicator, on_date, rollup (county_code)
),

-- The days after the published series begin with its last value.
counted as (
    select
        grid.on_date, grid.county_code, grid.indicator,
        coalesce(published.value, 0) + coalesce(sum(steps.change) over days, 0) as value
    from grid
    cross join known_until
    left join steps
        on grid.county_code = steps.county_code and grid.indicator = steps.indicator and grid.on_date = steps.on_date
    left join published
        on grid.county_code = published.county_code and grid.indicator = published.indicator
        and published.on_date = least(grid.on_date, known_until.on_date)
    window days as (partition by grid.county_code, grid.indicator order by grid.on_date)
),

statuses as (
    select county_code, on_date, bool_and(is_accepted) as is_reported
    from {{ ref('int_feed_day') }}
    where feed in ({{ needed_feeds() }})
    group by county_code, on_date
)

select
    counted.on_date, counted.county_code, counted.indicator,
    counted.value::integer as value,
    case when statuses.is_reported is false then 'E' else 'A' end as obs_status
from counted
left join statuses using (county_code, on_date)
