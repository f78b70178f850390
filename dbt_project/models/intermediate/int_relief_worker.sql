-- Persons on payrolls of work relief, as the latest register that listed them describes them.
with
workers as (
    select distinct person_key from {{ ref('fct_relief_payroll_line') }}
)

select distinct on (person.person_key)
    person.person_key,
    person.valid_to is null as is_on_register,
    person.birth_date,
    person.deceased_on,
    -- The groups that the notice puts first.
    person.is_poverty_alleviated or person.is_relocated or coalesce(person.is_low_income, false) as is_priority
from workers
inner join {{ ref('dim_person') }} as person using (person_key)
order by person.person_key, person.valid_from desc
