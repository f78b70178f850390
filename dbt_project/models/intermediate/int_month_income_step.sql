{%- set cell = [
    'month', 'county_code', 'population_category', 'is_poverty_alleviated', 'income', 'is_compared', 'is_down', 'is_judged',
    'is_below_minimum',
] -%}
-- By how much the earners at the end of each month differ from what was last published, by income, how it compares with
-- the three months before, and with the minimum wage.
with
known_until as ({{ last_report_date() }}),

month_ends as ({{ month_ends('month_end_income') }}),

-- A spell covers its last day.
evidence as (
    select *, end_on + 1 as ended_on
    from {{ known_rows('fct_employment_evidence') }} as evidence
    where source = 'employment'
),

moved_persons as ({{ moved_persons([
    [known_rows('fct_person_state'), ['valid_from', 'valid_to']],
    [known_rows('fct_wage_span'), ['valid_from', 'valid_to']],
    ['evidence', ['start_on', 'ended_on']],
]) }}),

-- The days on which each month reads incomes: its own, and the last days of the three months before.
days as materialized (
    select month, is_tonight, is_new, on_date, true as is_own from month_ends
    union all
    select month, is_tonight, is_new, (month - make_interval(months => back.months))::date - 1, false
    from month_ends
    cross join generate_series(0, 2) as back (months)
),

-- Each once: a day that a new month reads is read of everyone.
days_read as (select is_tonight, on_date, bool_or(is_new) as is_new from days group by is_tonight, on_date),

states as materialized (
    select * from (
        {{ states_to_count('days_read', [
            'states.person_key', 'states.county_code', 'states.population_category', 'states.is_poverty_alleviated',
            'states.source', 'states.source_key', 'states.channel', 'states.job_rank', 'states.work_division_code',
            'states.monthly_wage', 'states.is_employed',
        ]) }}
    ) as states
    where is_employed
),

states_tonight as materialized (select * from states where is_tonight),

states_published as materialized (select * from states where not is_tonight),

earners as materialized (
    select * from ({{ income_on('states_tonight') }}) as tonight where income > 0
    union all
    select *
    from ({{ income_on(
        'states_published', published_rows('fct_wage_span'), published_rows('fct_employment_evidence')
    ) }}) as published
    where income > 0
),

-- Who counts in a month: everyone if it is new, otherwise the moved persons.
incomes as materialized (
    select days.month, days.is_own, earners.*
    from earners
    inner join days using (is_tonight, on_date)
    where days.is_new or earners.is_moved
),

bases as (
    select month, is_tonight, person_key, sum(income) as income_before
    from incomes
    where not is_own
    group by month, is_tonight, person_key
    having count(*) = 3
),

-- The minimum wage of a place: its own, else that of its prefecture, else of its province (the codes descend).
minimum_wages as (
    select distinct on (place.code, place.on_date)
        place.code as work_division_code, place.on_date, rule.monthly
    from (select distinct work_division_code as code, on_date from incomes where is_own) as place
    inner join {{ ref('minimum_wage') }} as rule
        on rule.place in (place.code, left(place.code, 4) || '00', left(place.code, 2) || '0000')
        and rule.valid_from <= place.on_date
    where rule.monthly is not null
    order by place.code, place.on_date, rule.place desc, rule.valid_from desc
),

changes as (
    select
        incomes.month, incomes.county_code, incomes.population_category, incomes.is_poverty_alleviated, incomes.income,
        bases.person_key is not null as is_compared,
        coalesce(3 * incomes.income <= (1 - {{ setting('income_fall_share') }}) * bases.income_before, false)
            as is_down,
        judged.is_judged,
        judged.is_judged and incomes.income < minimum_wages.monthly as is_below_minimum,
        case when incomes.is_tonight then 1 else -1 end as persons
    from incomes
    left join bases using (month, is_tonight, person_key)
    left join minimum_wages using (work_division_code, on_date)
    -- Work for wages: a full-time public post and what ranks before it.
    cross join lateral (
        select
            coalesce(incomes.job_rank <= {{ job_rank('full_time_post') }}, false)
            and minimum_wages.monthly is not null
    ) as judged (is_judged)
    where incomes.is_own
)

{{ cell_steps('changes', 'month_end_income', cell, ['persons']) }}
