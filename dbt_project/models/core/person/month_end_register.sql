-- The register at the end of each month: who is on it, and who of them waits for work nearby. For the monthly marts.
with
registered as ({{ month_end_states() }})

select
    registered.month, registered.county_code, registered.township_code,
    count(*)::integer as persons,
    count(*) filter (where is_waiting)::integer as wanting_nearby_work,
    count(*) filter (
        where is_waiting
            and (person.is_poverty_alleviated or person.is_relocated or coalesce(person.is_low_income, false))
    )::integer as wanting_nearby_work_priority
from registered
inner join {{ ref('dim_person') }} as person
    on registered.person_key = person.person_key
    and {{ holds_on('registered.as_of', 'person') }}
cross join lateral (
    select registered.is_in_labour_force and not registered.is_employed and person.job_intention = 'nearby'
) as waiting (is_waiting)
group by registered.month, registered.county_code, registered.township_code
