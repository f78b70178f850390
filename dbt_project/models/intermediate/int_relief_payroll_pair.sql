-- Work relief: persons in the month, by the employment register and by the payrolls.
with
night as (
    select * from {{ ref('int_compared_period') }}
),

relief_reported as (
    select spell.person_key, spell.county_code, spell.work_division_code, 'first' as side
    from {{ ref('fct_employment_spell') }} as spell
    inner join night
        on {{ overlaps('night.month_from', 'night.month_to', 'spell') }}
    where spell.channel = 'work_relief'
    union all
    select line.person_key, line.county_code, line.county_code as work_division_code, 'second'
    from {{ ref('fct_relief_payroll_line') }} as line
    inner join night on line.period = night.month_from
    where line.days_worked > 0
),

relief_workers as (
    select
        person_key,
        bool_or(side = 'first') as is_first,
        bool_or(side = 'second') as is_second,
        array_agg(work_division_code) filter (where side = 'first')
        && array_agg(work_division_code) filter (where side = 'second') as is_same_place
    from relief_reported
    group by person_key
),

homes as ({{ homes_of('relief_reported') }})

-- A person without a home counts where a spell was reported, else where a payroll was.
select distinct
    'relief_employment_payroll' as pair,
    coalesce(home.county_code, reported.county_code) as county_code,
    worker.person_key::text as item,
    case
        when not worker.is_second then 'only_in_first'
        when not worker.is_first then 'only_in_second'
        when worker.is_same_place then 'matched'
        else 'conflicting'
    end as standing
from relief_workers as worker
inner join relief_reported as reported
    on worker.person_key = reported.person_key and (reported.side = 'first' or not worker.is_first)
cross join night
left join homes as home on worker.person_key = home.person_key and {{ is_home('home', 'night.month_to') }}
