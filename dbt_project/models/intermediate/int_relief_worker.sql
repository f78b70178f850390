-- Persons on payrolls of work relief, as the registers describe them.
with
workers as (
    select distinct person_key from {{ ref('fct_relief_payroll_line') }}
)

select
    person.person_key,
    -- Whichever register row says so, and however late.
    min(person.deceased_on) as deceased_on,
    -- The groups that the notice puts first, by the register of tonight.
    bool_or(
        person.valid_to is null
        and (person.is_poverty_alleviated or person.is_relocated or coalesce(person.is_low_income, false))
    ) as is_priority
from workers
inner join {{ ref('dim_person') }} as person using (person_key)
group by person.person_key
