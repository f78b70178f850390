-- Young people in the labour force by age and education, and those who have been on the register without work for a
-- year or more.
with
today as (
    select
        states.person_key, states.county_code, states.is_employed,
        coalesce(person.education, 'unknown') as education,
        extract(year from age({{ tonight_date() }}, person.birth_date))::integer as years
    from {{ ref('fct_person_state') }} as states
    inner join {{ ref('dim_person') }} as person
        on states.person_key = person.person_key and {{ holds_on(tonight_date(), 'person') }}
    where states.is_in_labour_force and {{ holds_on(tonight_date(), 'states') }}
),

-- While an age is switched off, nobody is in a group that it bounds.
young as (
    select
        today.*,
        case
            when years <= {{ setting('youth_age_to', 'integer') }} then '16-24'
            when
                years > {{ setting('youth_age_to', 'integer') }}
                and years <= {{ setting('young_adult_age_to', 'integer') }}
                then '25-35'
        end as age_group
    from today
),

-- The first day without work: the day after the person was last employed or last on no register.
idle as (
    select states.person_key, range_agg(daterange(states.valid_from, states.valid_to)) as days
    from {{ ref('fct_person_state') }} as states
    inner join young on states.person_key = young.person_key and not young.is_employed and young.age_group is not null
    where not states.is_employed
    group by states.person_key
),

idle_since as (
    select person_key, lower(run) as idle_from
    from idle
    cross join lateral unnest(days) as run
    where run @> {{ tonight_date() }}
),

counted as (
    select
        coalesce(young.county_code, {{ prefecture() }}) as county_code, young.age_group, young.education,
        count(*)::integer as labour_force,
        count(*) filter (where young.is_employed)::integer as employed,
        count(*) filter (
            where (
                idle_since.idle_from - 1 + make_interval(months => {{ setting('youth_long_term_months', 'integer') }})
            )::date <= {{ tonight_date() }}
        )::integer as unemployed_12m
    from young
    left join idle_since using (person_key)
    where young.age_group is not null
    group by young.age_group, young.education, rollup (young.county_code)
)

select
    counted.county_code, counted.age_group, counted.education,
    counted.labour_force, counted.employed,
    {{ while_set('youth_long_term_months', 'counted.unemployed_12m') }} as unemployed_12m,
    status.obs_status
from counted
inner join ({{ day_status() }}) as status using (county_code)
