-- Persons on the register by main job, with the best evidence of their employment on the night's day.
with
today as (
    select * from {{ ref('fct_person_state') }}
    where {{ holds_on(tonight_date()) }}
        and is_in_labour_force
),

-- A post counts as updated on the date of the snapshot that names it.
post_registers as (
    select unit, max(report_date) as updated_on
    from {{ source('ops', 'delivery') }}
    where feed = 'public_post' and status = 'accepted' and report_date <= {{ tonight_date() }}
    group by unit
),

bank_credits as (
    select distinct person_key
    from {{ ref('fct_payment_attempt') }}
    where amount_credited > 0 and credited_on <= {{ tonight_date() }}
        and credited_on > {{ tonight_date() }} - {{ setting('grade_a_bank_days', 'integer') }}
),

platform_hires as (
    select distinct person_key
    from {{ ref('fct_job_application') }}
    where hired_on <= {{ tonight_date() }}
        and hired_on > {{ tonight_date() }} - {{ setting('grade_hire_days', 'integer') }}
),

-- All evidence that covers the day, not only that of the main job.
covering_evidence as (
    select
        evidence.person_key,
        bool_or(evidence.source in ('relief_contract', 'gig_order')) as is_contract_or_order,
        bool_or(
            coalesce(evidence.updated_on, post_registers.updated_on)
            between {{ tonight_date() }} - {{ setting('grade_c_updated_days', 'integer') }} and {{ tonight_date() }}
        ) as is_updated
    from {{ ref('fct_employment_evidence') }} as evidence
    left join post_registers on evidence.source = 'public_post' and evidence.reported_by = post_registers.unit
    where {{ covers(tonight_date(), 'evidence') }}
    group by evidence.person_key
),

-- An award counts even if the workshop is no longer listed.
awarded_persons as (
    select today.person_key
    from today
    inner join {{ ref('int_workshop_spell') }} as spell
        on today.person_key = spell.person_key
        and today.source_key = {{ spell_key('spell.employer_name', 'spell.reported_start_on') }}
    inner join {{ ref('dim_workshop') }} as workshop
        on spell.workshop_county = workshop.county_code and spell.workshop_no = workshop.workshop_no
    where today.source = 'employment' and today.channel = 'workshop'
        and workshop.subsidy_amount > 0 and workshop.subsidy_on <= {{ tonight_date() }}
),

graded as (
    select
        today.county_code, today.population_category, today.channel, today.destination, today.is_employed,
        today.is_employed and (
            today.channel in ('public_post', 'work_relief') or awarded_persons.person_key is not null
        ) as is_subsidised,
        case
            when not today.is_employed then null
            when bank_credits.person_key is not null then 'A'
            when covering_evidence.is_contract_or_order or platform_hires.person_key is not null then 'B'
            when covering_evidence.is_updated then 'C'
            else 'D'
        end as grade
    from today
    left join covering_evidence on today.person_key = covering_evidence.person_key
    left join bank_credits on today.person_key = bank_credits.person_key
    left join platform_hires on today.person_key = platform_hires.person_key
    left join awarded_persons on today.person_key = awarded_persons.person_key
)

select
    coalesce(county_code, {{ prefecture() }}) as county_code,
    population_category, channel, destination,
    count(*)::integer as labour_force,
    count(*) filter (where is_employed)::integer as employed,
    count(*) filter (where is_subsidised)::integer as subsidised,
    {{ while_set('grade_a_bank_days', "count(*) filter (where grade = 'A')") }}::integer as grade_a,
    count(*) filter (where grade = 'B')::integer as grade_b,
    {{ while_set('grade_c_updated_days', "count(*) filter (where grade = 'C')") }}::integer as grade_c,
    count(*) filter (where grade = 'D')::integer as grade_d
from graded
group by population_category, channel, destination, rollup (county_code)
