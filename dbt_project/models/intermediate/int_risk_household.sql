-- Households with a poverty-alleviated member on the register: their state and their wages.
with
incomes as (
    select
        county_code, household_no,
        sum(income) filter (where on_date = {{ tonight_date() }}) as income_now,
        bool_or(earners_unknown > 0) filter (where on_date = {{ tonight_date() }}) as is_unknown,
        -- Only of households in which somebody was registered at the end of each of the three months.
        case when count(*) filter (where on_date < {{ tonight_date() }}) = 3 then
            sum(income) filter (where on_date < {{ tonight_date() }})
        end as income_of_3_months
    from {{ ref('int_household_income') }}
    group by county_code, household_no
)

select
    incomes.county_code, incomes.household_no, states.township_code, states.population_category, states.is_relocated,
    states.members_in_labour_force, states.members_employed, states.is_zero_employment,
    incomes.income_now, incomes.income_of_3_months, incomes.is_unknown
from incomes
inner join {{ ref('fct_household_state') }} as states using (county_code, household_no)
where {{ holds_on(tonight_date(), 'states') }}
