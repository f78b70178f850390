-- Persons with an employment service of any type in a month.
with
services as (
    select
        person_key, coalesce(home_county_code, county_code) as county_code,
        date_trunc('month', served_on)::date as month
    from {{ ref('fct_service_event') }}
    where served_on <= {{ tonight_date() }}
)

select coalesce(county_code, {{ prefecture() }}) as county_code, month, count(distinct person_key) as persons
from services
group by month, rollup (county_code)
