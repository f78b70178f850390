-- By how much each headline figure of a county differs, from which day on, from the series that was last published.
-- That series continues with its last value; so a row that stays the same counts on the days after it. The rows
-- of all others are left alone: a night processes only what changed.
with
-- The last day that the published series has.
known_until as (
    select
        {% if flags.FULL_REFRESH -%}
        '-infinity'::date as on_date
        {%- else -%}
        coalesce(max(on_date), '-infinity') as on_date from {{ published_rows('headline_series') }} as published
        {%- endif %}
),

-- Evidence counts in the headline of the year to date until the end of the year in which it ends.
evidence as (
    select person_key, start_on, {{ end_of_year('end_on') }} as counts_until, is_known, was_known
    from {{ known_rows('fct_employment_evidence') }} as evidence
    where end_on is null or end_on >= start_on
),

moved_persons as (
    select person_key from {{ known_rows('fct_person_state') }} as states cross join known_until
    where {{ moves('states', ['valid_from', 'valid_to']) }}
    union
    select person_key from evidence cross join known_until where {{ moves('evidence', ['start_on', 'counts_until']) }}
),

versions as (select is_tonight from (values (true), (false)) as version (is_tonight)),

states as (
    select
        versions.is_tonight, states.person_key, states.county_code, states.is_poverty_alleviated, states.is_employed,
        states.is_employed and {{ is_nearby('states.destination') }} as is_nearby,
        daterange(states.valid_from, states.valid_to) as days
    from {{ known_rows('fct_person_state') }} as states
    inner join moved_persons using (person_key)
    inner join versions on {{ is_of_version('states', 'versions') }}
    where states.is_in_labour_force
),

worked as (
    select versions.is_tonight, evidence.person_key, range_agg(daterange(start_on, counts_until)) as days
    from evidence
    inner join moved_persons using (person_key)
    inner join versions on {{ is_of_version('evidence', 'versions') }}
    group by versions.is_tonight, evidence.person_key
),

persons as (
    select is_tonight, county_code, is_poverty_alleviated, is_employed, is_nearby, false as is_year_to_date, days
    from states
    union all
    select states.is_tonight, states.county_code, states.is_poverty_alleviated, false, false, true, year_to_date.days
    from states
    inner join worked using (is_tonight, person_key)
    cross join lateral unnest(worked.days * datemultirange(states.days)) as year_to_date (days)
),

person_steps as (
    select
        county_code, is_poverty_alleviated, is_employed, is_nearby, is_year_to_date, step.on_date,
        sum(step.change) as change
    from persons
    cross join known_until
    cross join lateral {{ steps('persons') }} as step
    group by county_code, is_poverty_alleviated, is_employed, is_nearby, is_year_to_date, step.on_date
),

households as (
    select
        versions.is_tonight, states.county_code, states.is_relocated, states.is_zero_employment,
        daterange(states.valid_from, states.valid_to) as days
    from {{ known_rows('fct_household_state') }} as states
    cross join known_until
    inner join versions on {{ is_of_version('states', 'versions') }}
    where states.members_in_labour_force > 0 and {{ moves('states', ['valid_from', 'valid_to']) }}
),

household_steps as (
    select county_code, is_relocated, is_zero_employment, step.on_date, sum(step.change) as change
    from households
    cross join known_until
    cross join lateral {{ steps('households') }} as step
    group by county_code, is_relocated, is_zero_employment, step.on_date
),

figures as (
    select county_code, on_date, change, figure.indicator
    from person_steps
    cross join lateral (
        values
        ('labour_force', not is_year_to_date),
        ('rural_employed', is_employed),
        ('rural_employed_ytd', is_year_to_date),
        ('poverty_alleviated_labour_force', is_poverty_alleviated and not is_year_to_date),
        ('poverty_alleviated_employed', is_poverty_alleviated and is_employed),
        ('poverty_alleviated_employed_ytd', is_poverty_alleviated and is_year_to_date),
        ('employed_away', is_employed and not is_nearby),
        ('employed_nearby', is_nearby)
    ) as figure (indicator, is_counted)
    where figure.is_counted
    union all
    select county_code, on_date, change, figure.indicator
    from household_steps
    cross join lateral (
        values
        ('relocated_households_with_labour', is_relocated),
        ('zero_employment_households', is_zero_employment),
        ('zero_employment_relocated_households', is_relocated and is_zero_employment)
    ) as figure (indicator, is_counted)
    where figure.is_counted
)

select county_code, indicator, on_date, sum(change)::bigint as change
from figures
group by county_code, indicator, on_date
having sum(change) <> 0
