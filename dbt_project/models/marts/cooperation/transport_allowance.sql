-- Persons who have worked long enough in another province this year for the one-off transport allowance, and those who
-- have received it.
with
span as (
    select date_trunc('year', {{ tonight_date() }})::date as from_day, {{ tonight_date() }} + 1 as to_day
),

poverty_alleviated as (
    select person_key, county_code
    from {{ ref('fct_person_state') }}
    where {{ holds_on(tonight_date()) }}
        and is_poverty_alleviated
),

days_away as (
    select
        states.person_key,
        sum(least(states.valid_to, span.to_day) - greatest(states.valid_from, span.from_day)) as days
    from {{ ref('fct_person_state') }} as states
    inner join span on states.valid_from < span.to_day and (states.valid_to is null or states.valid_to > span.from_day)
    where states.is_employed and states.destination = 'other_province'
    group by states.person_key
),

eligible as (
    select person_key, poverty_alleviated.county_code
    from poverty_alleviated
    inner join days_away using (person_key)
    where days_away.days >= {{ setting('transport_allowance_days', 'integer') }}
),

services as (
    select service.person_key, service.county_code
    from {{ ref('fct_service_event') }} as service
    inner join span on service.served_on >= span.from_day and service.served_on < span.to_day
    where service.service_type = 'transport_allowance'
),

homes as ({{ homes_of('services') }}),

paid as (
    select distinct services.person_key, coalesce(home.county_code, services.county_code) as county_code
    from services
    left join homes as home on services.person_key = home.person_key and {{ is_home('home', tonight_date()) }}
),

persons as (
    select
        place.county_code, person_key,
        eligible.person_key is not null as is_eligible, paid.person_key is not null as is_paid
    from eligible
    full join paid using (person_key, county_code)
    cross join lateral {{ county_places('county_code') }} as place (county_code)
),

counted as (
    select
        county_code,
        count(distinct person_key) filter (where is_eligible) as eligible,
        count(distinct person_key) filter (where is_paid) as paid,
        count(distinct person_key) filter (where is_eligible and is_paid) as paid_eligible
    from persons
    group by county_code
)

select
    county.county_code,
    extract(year from {{ tonight_date() }})::integer as year,
    coalesce(counted.paid, 0)::integer as paid,
    {% for column, count in [
        ('eligible', 'eligible'), ('paid_eligible', 'paid_eligible'), ('paid_not_eligible', 'paid - paid_eligible'),
    ] -%}
    {{ while_set('transport_allowance_days', 'coalesce(counted.' ~ count ~ ', 0)') }}::integer as {{ column }},
    {% endfor -%}
    (counted.paid_eligible / nullif(counted.eligible, 0)::numeric)::numeric(9, 4) as coverage,
    status.obs_status
from {{ ref('int_register_start') }} as county
inner join ({{ day_status() }}) as status using (county_code)
left join counted using (county_code)
