-- Persons on payrolls of work relief, as the registers describe them.
with
workers as (
    select distinct person_key from {{ ref('fct_relief_payroll_line') }}
),

-- By any register row, however late, even of a county to which the person does not belong.
deaths as (
    select person_key, min(deceased_on) as deceased_on
    from {{ ref('reported_labor_register') }}
    where deceased_on is not null
    group by person_key
)

select
    workers.person_key,
    min(deaths.deceased_on) as deceased_on,
    -- The groups that the notice puts first, by the register of tonight.
    bool_or(person.valid_to is null and {{ is_priority('person') }}) as is_priority
from workers
inner join {{ ref('dim_person') }} as person on workers.person_key = person.person_key
left join deaths on workers.person_key = deaths.person_key
group by workers.person_key
