-- Persons who work under each labour brand at the end of each month, and what they earn.
with
months as (
    select grid.county_code, grid.month, grid.as_of
    from {{ ref('int_month') }} as grid
    inner join {{ ref('changed_month') }} as changed using (month)
),

states as materialized (
    select months.month, months.as_of as on_date, states.*, evidence.labor_brand
    from {{ ref('fct_person_state') }} as states
    inner join months
        on states.county_code = months.county_code
        and {{ holds_on('months.as_of', 'states') }}
    inner join {{ ref('fct_employment_evidence') }} as evidence using (person_key, source, source_key)
    where evidence.labor_brand is not null
),

incomes as ({{ income_on('states') }})

select
    labor_brand, month,
    count(*)::integer as persons,
    count(*) filter (where is_poverty_alleviated)::integer as poverty_alleviated,
    (percentile_disc(0.5) within group (order by income) filter (where income > 0))::numeric(14, 2) as median_income,
    count(distinct county_code)::integer as counties
from incomes
group by labor_brand, month
