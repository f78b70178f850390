-- Wages of the households with a poverty-alleviated member: on the night's day, and at the end of each of the three
-- months before, by the members of each of these days.
with
days as (
    select {{ tonight_date() }} as on_date
    union all
    select (date_trunc('month', {{ tonight_date() }}) - make_interval(months => back))::date - 1
    from generate_series(0, 2) as back
),

households as (
    select distinct county_code, household_no
    from {{ ref('fct_person_state') }}
    where {{ holds_on(tonight_date()) }}
        and is_poverty_alleviated
),

members as (
    select
        days.on_date, states.county_code, states.household_no, states.person_key, states.is_employed, states.source,
        states.source_key, states.channel, states.monthly_wage
    from {{ ref('fct_person_state') }} as states
    inner join households using (county_code, household_no)
    inner join days
        on {{ holds_on('days.on_date', 'states') }}
),

earners as materialized (select * from members where is_employed),

incomes as (
    select county_code, household_no, on_date, income, income is null as is_unknown
    from ({{ income_on('earners') }}) as earners
    union all
    select county_code, household_no, on_date, null, false
    from members
    where not is_employed
)

select
    county_code, household_no, on_date,
    coalesce(sum(income), 0) as income,
    count(*) filter (where is_unknown) as earners_unknown
from incomes
group by county_code, household_no, on_date
