{%- set content = [
    'county_code', 'township_code', 'household_no', 'population_category', 'is_poverty_alleviated', 'is_relocated',
    'is_in_labour_force', 'is_employed', 'channel', 'job_rank', 'destination', 'source', 'source_key', 'employer_name',
    'work_division_code', 'job_start_on', 'monthly_wage', 'wage_band', 'workshop_no',
] -%}
with
registered as materialized (
    select persons.*, {{ of_age_on('persons') }} as of_age_on
    from {{ ref('dim_person') }} as persons
    inner join {{ ref('changed_person') }} as changed on persons.person_key = changed.person_key
),

evidence as materialized (
    select evidence.*
    from {{ ref('fct_employment_evidence') }} as evidence
    inner join {{ ref('changed_person') }} as changed on evidence.person_key = changed.person_key
),

on_register as (
    select person_key, min(valid_from) as first_day from registered group by person_key
),

-- All dates on which the state can change, including future ones. Nothing before the first registration counts.
periods as (
    select person_key, valid_from, valid_to from registered
    union all
    select person_key, of_age_on, deceased_on from registered where of_age_on > valid_from
    union all
    select person_key, deceased_on, null from registered where deceased_on > valid_from
    union all
    select evidence.person_key, greatest(evidence.start_on, on_register.first_day), evidence.end_on + 1
    from evidence
    inner join on_register on evidence.person_key = on_register.person_key
    where (evidence.start_on > on_register.first_day or evidence.end_on is not null)
        and coalesce(evidence.end_on, 'infinity') >= on_register.first_day
),

spans as ({{ elementary_spans('periods', ['person_key']) }}),

states as (
    select
        spans.valid_from, spans.valid_to, registered.person_key, registered.county_code, registered.township_code,
        registered.household_no, registered.population_category, registered.is_poverty_alleviated,
        registered.is_relocated,
        {{ is_able_on('registered', 'spans.valid_from') }} as is_in_labour_force
    from spans
    inner join registered
        on spans.person_key = registered.person_key and {{ holds_on('spans.valid_from', 'registered') }}
),

-- The main job: the best rank, then the later start, then the employer's name, then the key.
jobs as (
    select distinct on (states.person_key, states.valid_from)
        states.*,
        evidence.source, evidence.source_key, evidence.channel as job_channel, evidence.job_rank,
        evidence.employer_name,
        evidence.work_division_code, evidence.start_on as job_start_on, evidence.monthly_wage, evidence.workshop_no
    from states
    left join evidence
        on states.person_key = evidence.person_key and states.is_in_labour_force
        and {{ covers('states.valid_from', 'evidence') }}
    order by
        states.person_key, states.valid_from, evidence.job_rank, evidence.start_on desc,
        evidence.employer_name collate "C", evidence.source collate "C", evidence.source_key collate "C"
),

job_states as (
    select
        jobs.*,
        jobs.source is not null as is_employed,
        coalesce(jobs.job_channel, 'none') as channel,
        case
            when jobs.source is null then 'none'
            when jobs.work_division_code = '990000' then 'abroad'
            when left(jobs.work_division_code, 2) <> left({{ prefecture() }}, 2) then 'other_province'
            when left(jobs.work_division_code, 4) <> left({{ prefecture() }}, 4) then 'other_prefecture'
            when jobs.work_division_code <> jobs.county_code then 'other_county'
            else 'own_county'
        end as destination,
        {{ wage_band('jobs.monthly_wage') }} as wage_band
    from jobs
),

person_states as ({{ merged_spans('job_states', ['person_key'], content) }})

select * from person_states
