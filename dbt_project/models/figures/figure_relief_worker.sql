-- Persons on the site of a relief project on the report date, by the county of the project.
with
workers as materialized (
    select distinct county_code, person_key
    from {{ ref('fct_relief_contract') }}
    where {{ covers(tonight_date(), first='onsite_from', last='offsite_on') }}
)

select
    coalesce(county_code, {{ prefecture() }}) as county_code,
    count(distinct person_key) as workers
from workers
group by rollup (county_code)
having grouping(county_code) = 1 or county_code <> {{ prefecture() }}
