{%- set days_back = [0, 1, 7] %}

-- What the targets count, by county, on the night's day and on the days that it is compared with, all as known tonight.
with
days as (
    select
        back.days_back,
        {{ tonight_date() }} - back.days_back as on_date,
        date_trunc('year', {{ tonight_date() }} - back.days_back)::date as year_start
    from unnest(array{{ days_back }}) as back (days_back)
),

-- Worked this year: some evidence covers at least one day from 1 January on.
worked as (
    select
        evidence.person_key
        {%- for back in days_back %},
        bool_or(
            evidence.start_on <= day_{{ back }}.on_date
            and (evidence.end_on is null or evidence.end_on >= day_{{ back }}.year_start)
        ) as on_day_{{ back }}
        {%- endfor %}
    from {{ ref('fct_employment_evidence') }} as evidence
    {%- for back in days_back %}
    inner join days as day_{{ back }} on day_{{ back }}.days_back = {{ back }}
    {%- endfor %}
    group by evidence.person_key
),

persons as (
    select
        days.days_back, coalesce(states.county_code, {{ prefecture() }}) as county_code,
        count(*) filter (where states.is_employed) as employed,
        count(*) filter (where states.is_employed and states.is_poverty_alleviated) as poverty_alleviated_employed,
        count(*) filter (where this_year.has_worked) as worked_this_year,
        count(*) filter (where this_year.has_worked and states.is_poverty_alleviated) as poverty_alleviated_worked
    from days
    inner join {{ ref('fct_person_state') }} as states
        on states.valid_from <= days.on_date and (states.valid_to is null or states.valid_to > days.on_date)
    left join worked on states.person_key = worked.person_key
    cross join lateral (
        select
            case days.days_back
                {% for back in days_back -%}
                when {{ back }} then worked.on_day_{{ back }}
                {% endfor -%}
            end as has_worked
    ) as this_year
    where states.is_in_labour_force
    group by days.days_back, rollup (states.county_code)
),

households as (
    select days.days_back, coalesce(states.county_code, {{ prefecture() }}) as county_code, count(*) as zero_employment
    from days
    inner join {{ ref('fct_household_state') }} as states
        on states.valid_from <= days.on_date and (states.valid_to is null or states.valid_to > days.on_date)
    where states.is_zero_employment and states.is_relocated
    group by days.days_back, rollup (states.county_code)
),

counts as (
    select persons.days_back, persons.county_code, counted.target_code, counted.basis, counted.persons as value
    from persons
    cross join lateral (
        values
        ('rural_employed', 'stock', persons.employed),
        ('rural_employed', 'year_to_date', persons.worked_this_year),
        ('poverty_alleviated_employed', 'stock', persons.poverty_alleviated_employed),
        ('poverty_alleviated_employed', 'year_to_date', persons.poverty_alleviated_worked)
    ) as counted (target_code, basis, persons)
    union all
    select days_back, county_code, 'zero_employment_relocated_households', 'stock', zero_employment
    from households
)

select days_back, county_code, target_code, basis, value from counts
