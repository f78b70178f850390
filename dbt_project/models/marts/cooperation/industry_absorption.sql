-- Persons who work in a county, wherever registered, by the industry section of their main job.
with
employed as (
    select place.county_code, jobs.industry, jobs.month, jobs.is_poverty_alleviated, jobs.persons
    from {{ ref('month_end_employment') }} as jobs
    cross join lateral {{ county_places('jobs.work_division_code') }} as place (county_code)
    where {{ is_nearby('jobs.destination') }} and jobs.industry <> ''
),

counted as (
    select
        county_code, industry, month,
        sum(persons) as employed,
        sum(persons) filter (where is_poverty_alleviated) as poverty_alleviated_employed
    from employed
    group by county_code, industry, month
)

select
    counted.county_code, counted.industry, counted.month,
    counted.employed::integer as employed,
    coalesce(counted.poverty_alleviated_employed, 0)::integer as poverty_alleviated_employed,
    grid.counties_reporting,
    status.obs_status
from counted
inner join {{ ref('int_month') }} as grid using (county_code, month)
inner join ({{ month_status() }}) as status using (county_code, month)
