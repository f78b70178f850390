-- Persons who work under each labour brand at the end of each month, and what they earn.
with
states as materialized (
    select states.*, states.as_of as on_date, evidence.labor_brand
    from ({{ month_end_states() }}) as states
    inner join {{ ref('fct_employment_evidence') }} as evidence using (person_key, source, source_key)
    where evidence.labor_brand is not null
),

incomes as ({{ income_on('states') }})

select
    states.labor_brand, states.month,
    count(*)::integer as persons,
    count(*) filter (where states.is_poverty_alleviated)::integer as poverty_alleviated,
    (
        percentile_disc(0.5) within group (order by incomes.income) filter (where incomes.income > 0)
    )::numeric(14, 2) as median_income,
    count(distinct states.county_code)::integer as counties
from states
inner join incomes using (person_key, on_date)
group by states.labor_brand, states.month
