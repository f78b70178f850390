{%- set row_key = ['person_key', 'source', 'source_key'] -%}
-- Wages as reported, for each spell and tenure whose wage changed: the wage in the snapshots of the county that
-- prevails, and the days for which it holds. The wage of the first snapshot also holds for the days before it.
with
reported as (
    select
        reported.person_key, 'employment' as source,
        {{ spell_key('reported.employer_name', 'reported.start_date') }} as source_key,
        reported.monthly_wage::numeric(14, 2) as monthly_wage, reported.seen_from
    from {{ ref('reported_employment') }} as reported
    inner join {{ ref('changed_person') }} as changed on reported.person_key = changed.person_key
    inner join {{ ref('fct_employment_spell') }} as spell
        on reported.person_key = spell.person_key and reported.employer_name = spell.employer_name
        and reported.start_date = spell.reported_start_on and reported.unit = spell.county_code
    where spell.wage_history is not null
    union all
    select
        reported.person_key, 'public_post' as source,
        {{ tenure_key('reported.unit', 'reported.post_no', 'reported.start_date') }} as source_key,
        reported.monthly_subsidy::numeric(14, 2) as monthly_wage, reported.seen_from
    from {{ ref('reported_public_post') }} as reported
    inner join {{ ref('changed_person') }} as changed on reported.person_key = changed.person_key
),

-- The first of consecutive snapshots with the same wage.
steps as (
    select *
    from (
        select *, lag(monthly_wage) over named as wage_before, row_number() over named = 1 as is_first
        from reported
        window named as (partition by {{ row_key | join(', ') }} order by seen_from)
    ) as compared
    where is_first or monthly_wage is distinct from wage_before
),

spans as (
    select
        {{ row_key | join(', ') }}, monthly_wage,
        case when is_first then '-infinity' else seen_from end::date as valid_from,
        lead(seen_from) over (partition by {{ row_key | join(', ') }} order by seen_from) as valid_to
    from steps
)

select {{ row_key | join(', ') }}, monthly_wage, valid_from, valid_to
from spans
where valid_from > '-infinity' or valid_to is not null
