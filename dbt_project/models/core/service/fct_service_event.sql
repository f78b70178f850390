-- Each service as the latest submission that names it describes it, with where its person belonged on that day.
with
latest as (
    select distinct on (unit, record_no) *
    from {{ ref('reported_employment_service') }}
    order by unit, record_no, seen_from desc
),

homes as ({{ homes_of('latest') }})

select
    latest.unit as county_code, latest.record_no, latest.person_key,
    home.county_code as home_county_code,
    coalesce(home.is_poverty_alleviated, false) as is_poverty_alleviated,
    latest.service_type, latest.training_type, latest.served_on, latest.agency, latest.result,
    latest.amount::numeric(14, 2) as amount
from latest
left join homes as home on latest.person_key = home.person_key and {{ is_home('home', 'latest.served_on') }}
