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

members as materialized (
    select days.on_date, states.*
    from {{ ref('fct_person_state') }} as states
    inner join households using (county_code, household_no)
    inner join days
        on {{ holds_on('days.on_date', 'states') }}
),

earners as materialized (select * from members where is_employed),

incomes as ({{ income_on('earners') }})

select
    members.county_code, members.household_no, members.on_date,
    coalesce(sum(incomes.income), 0) as income,
    count(*) filter (where members.is_employed and incomes.income is null) as earners_unknown
from members
left join incomes using (person_key, on_date)
group by members.county_code, members.household_no, members.on_date
