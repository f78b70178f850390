-- Open postings by the place of work, and persons who want a job and have none by where they are registered.
with
vacancies as (
    select coalesce(division.division_code, {{ prefecture() }}) as county_code, sum(posting.headcount) as headcount
    from {{ ref('fct_job_posting') }} as posting
    left join {{ ref('division') }} as division
        on posting.work_division_code = division.division_code and division.level = 'county'
    where {{ in_prefecture('posting.work_division_code') }}
        and posting.opened_on <= {{ tonight_date() }}
        and (posting.closed_on is null or posting.closed_on > {{ tonight_date() }})
    group by rollup (division.division_code)
    having grouping(division.division_code) = 1 or division.division_code is not null
),

counties as materialized (
    select states.county_code, count(*) as seekers
    from {{ ref('fct_person_state') }} as states
    inner join {{ ref('dim_person') }} as person
        on states.person_key = person.person_key and {{ holds_on(tonight_date(), 'person') }}
    where {{ holds_on(tonight_date(), 'states') }}
        and states.is_in_labour_force and not states.is_employed
        and person.job_intention in ('away', 'nearby', 'startup')
    group by states.county_code
),

seekers as (
    select coalesce(county_code, {{ prefecture() }}) as county_code, sum(seekers)::bigint as seekers
    from counties
    group by rollup (county_code)
)

select seekers.county_code, coalesce(vacancies.headcount, 0) as headcount, seekers.seekers
from seekers
left join vacancies using (county_code)
