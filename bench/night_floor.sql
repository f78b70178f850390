-- A first night written by hand, as sets: core facts and marts of one day from the rows that counties and the platform
-- reported, each read once. floor.night has the day; floor.<feed> the accepted rows. No history, no versions, no checks.
-- Each table stands for the model named above it: bench/night.py compares the columns that both have.

-- dim_person
create table floor.person as
select distinct on (person_key)
    person_key, unit as county_code, household_no, township_code, birth_date, education, population_category,
    population_category <> 'general' as is_poverty_alleviated, is_relocated, night.day,
    (birth_date + interval '16 years')::date <= night.day and work_capacity <> 'none' and not in_school
    and (deceased_on is null or deceased_on > night.day) as is_in_labour_force
from floor.labor_register, floor.night
order by person_key, unit;

-- fct_employment_spell
create table floor.spell as
with reported as (
    select
        *,
        regexp_replace(
            lower(normalize(employer_name, nfkc) collate "pg_unicode_fast"), '[[:space:][:punct:]]', '', 'g'
        ) collate "default" as plain_name
    from floor.employment
),

believed as (
    select distinct on (person_key, employer_name, start_date) *
    from reported
    order by person_key, employer_name, start_date, unit
)

select
    person_key, employer_name, start_date as reported_start_on, start_date as start_on, end_date as end_on, channel,
    work_division_code, monthly_wage, workshop_no, unit as county_code,
    coalesce(
        employer_uscc, min(employer_uscc) over (partition by person_key, plain_name), plain_name
    ) as employer_key
from believed
where end_date is null or end_date >= start_date;

-- fct_job
create table floor.job as
with jobs as materialized (
    select person_key, employer_key, lower(days) as start_on, upper(days) - 1 as end_on
    from (
        select person_key, employer_key, unnest(range_agg(daterange(start_on, end_on, '[]'))) as days
        from floor.spell
        group by person_key, employer_key
    ) as stretches
)

select
    job.person_key, job.employer_key, job.start_on, job.end_on,
    bool_or(other.employer_key = job.employer_key and job.start_on - other.end_on between 2 and 365) is true
        as is_recall,
    bool_or(other.employer_key <> job.employer_key and job.start_on - other.end_on between 0 and 30) is true
        as is_job_to_job,
    bool_or(
        other.employer_key = job.employer_key
        and job.start_on + 91 between other.start_on and coalesce(other.end_on, 'infinity')
    ) as kept_91,
    bool_or(
        other.employer_key = job.employer_key
        and job.start_on + 182 between other.start_on and coalesce(other.end_on, 'infinity')
    ) as kept_182,
    bool_or(
        other.employer_key = job.employer_key
        and job.start_on + 365 between other.start_on and coalesce(other.end_on, 'infinity')
    ) as kept_365
from jobs as job
inner join jobs as other using (person_key)
group by job.person_key, job.employer_key, job.start_on, job.end_on;

-- fct_employment_evidence
create table floor.evidence as
with official as materialized (
    select
        person_key, 'public_post' as source, 'public_post' as channel, case when is_full_time then 3 else 6 end as rank,
        start_date as start_on, end_date as end_on, post_no as employer_name,
        left(township_code, 6) as work_division_code, monthly_subsidy as monthly_wage, unit as reported_by
    from floor.public_post
    where end_date is null or end_date >= start_date
    union all
    select
        contract.person_key, 'relief_contract', 'work_relief', 5, contract.onsite_from, contract.offsite_on,
        contract.project_no, coalesce(project.county_code, '532500'), null, contract.project_no
    from floor.relief_contract as contract
    left join floor.relief_project as project using (project_no)
    where contract.offsite_on is null or contract.offsite_on >= contract.onsite_from
),

matches as (
    select spell.person_key, spell.employer_name, spell.start_on, min(official.rank) as rank
    from floor.spell
    inner join official
        on spell.person_key = official.person_key and spell.channel = official.channel
        and daterange(spell.start_on, spell.end_on, '[]') && daterange(official.start_on, official.end_on, '[]')
    where spell.channel in ('public_post', 'work_relief')
    group by spell.person_key, spell.employer_name, spell.start_on
)

select
    spell.person_key, 'employment' as source, spell.channel,
    coalesce(
        case spell.channel
            when 'enterprise' then 1 when 'workshop' then 2 when 'self_employed' then 4 when 'gig' then 7
            else matches.rank
        end, 6
    )::smallint as job_rank,
    spell.start_on, spell.end_on, spell.employer_name, spell.work_division_code,
    spell.monthly_wage::numeric(14, 2) as monthly_wage, spell.workshop_no, spell.county_code as reported_by
from floor.spell
left join matches using (person_key, employer_name, start_on)
union all
select
    person_key, source, channel, rank, start_on, end_on, employer_name, work_division_code,
    monthly_wage::numeric(14, 2), null, reported_by
from official
union all
select
    person_key, 'gig_order', 'gig', 7, completed_on, completed_on + 6, market_code, left(township_code, 6), null, null,
    'hr_platform'
from floor.gig_orders
cross join lateral (select (completed_at at time zone 'Asia/Shanghai')::date as completed_on) as order_day
where completed_at is not null and person_key is not null and is_deleted is not true;

-- fct_person_state
create table floor.state as
select distinct on (person.person_key)
    person.person_key, person.county_code, person.household_no, person.township_code, person.population_category,
    person.is_poverty_alleviated, person.is_relocated, person.is_in_labour_force,
    evidence.source is not null as is_employed, coalesce(evidence.channel, 'none') as channel, evidence.job_rank,
    case
        when evidence.source is null then 'none'
        when evidence.work_division_code = '990000' then 'abroad'
        when left(evidence.work_division_code, 2) <> '53' then 'other_province'
        when left(evidence.work_division_code, 4) <> '5325' then 'other_prefecture'
        when evidence.work_division_code <> person.county_code then 'other_county'
        else 'own_county'
    end as destination,
    evidence.employer_name, evidence.work_division_code, evidence.start_on as job_start_on, evidence.monthly_wage,
    evidence.workshop_no, evidence.reported_by, person.birth_date, coalesce(person.education, 'unknown') as education
from floor.person
left join floor.evidence
    on person.person_key = evidence.person_key and person.is_in_labour_force and evidence.start_on <= person.day
    and (evidence.end_on is null or evidence.end_on >= person.day)
order by
    person.person_key, evidence.job_rank, evidence.start_on desc, evidence.employer_name collate "C", evidence.source;

-- fct_household_state
create table floor.household as
select
    county_code, household_no, min(township_code) as township_code, bool_or(is_relocated) as is_relocated,
    (array['sudden_hardship', 'unstable', 'marginal', 'lifted_out', 'general'])[
        min(array_position(
            array['sudden_hardship', 'unstable', 'marginal', 'lifted_out', 'general'], population_category
        ))
    ] as population_category,
    count(*)::integer as members,
    count(*) filter (where is_in_labour_force)::integer as members_in_labour_force,
    count(*) filter (where is_employed)::integer as members_employed,
    bool_or(is_in_labour_force) and not bool_or(is_employed) as is_zero_employment,
    substr(min(job_rank::text || channel), 2) as best_channel
from floor.state
group by county_code, household_no;

-- employment_stock
create table floor.employment_stock as
with awarded as (
    select distinct on (named.workshop_no, named.work_division_code, named.reported_by)
        named.*, workshop.subsidy_amount > 0 and workshop.subsidy_on <= night.day as is_awarded
    from (
        select distinct workshop_no, work_division_code, reported_by from floor.state where channel = 'workshop'
    ) as named
    inner join floor.workshop using (workshop_no)
    cross join floor.night
    order by
        named.workshop_no, named.work_division_code, named.reported_by,
        workshop.unit = named.work_division_code desc, workshop.unit = named.reported_by desc, workshop.unit
)

select
    coalesce(state.county_code, '532500') as county_code, state.population_category, state.channel, state.destination,
    count(*)::integer as labour_force, count(*) filter (where state.is_employed)::integer as employed,
    count(*) filter (
        where state.channel in ('public_post', 'work_relief') or (state.channel = 'workshop' and awarded.is_awarded)
    )::integer as subsidised
from floor.state
left join awarded using (workshop_no, work_division_code, reported_by)
where state.is_in_labour_force
group by state.population_category, state.channel, state.destination, rollup (state.county_code);

-- youth_unemployment
create table floor.youth_unemployment as
select
    coalesce(county_code, '532500') as county_code, case when years <= 24 then '16-24' else '25-35' end as age_group,
    education, count(*)::integer as labour_force, count(*) filter (where is_employed)::integer as employed
from (
    select state.*, extract(year from age(night.day, state.birth_date))::integer as years
    from floor.state, floor.night
    where state.is_in_labour_force
) as today
where years <= 35
group by 2, education, rollup (county_code);

-- zero_employment_household
create table floor.zero_employment_household as
select county_code, household_no, township_code, is_relocated, population_category, members_in_labour_force
from floor.household
where is_zero_employment;

-- zero_employment_summary
create table floor.zero_employment_summary as
select coalesce(county_code, '532500') as county_code, is_relocated, count(*)::integer as open_cases
from floor.zero_employment_household
group by is_relocated, rollup (county_code);

-- target_progress
create table floor.target_progress as
select coalesce(county_code, '532500') as county_code, 'rural_employed' as target_code, count(*)::integer as actual_value
from floor.state
where is_employed
group by rollup (county_code)
union all
select coalesce(county_code, '532500'), 'poverty_alleviated_employed', count(*)
from floor.state
where is_employed and is_poverty_alleviated
group by rollup (county_code)
union all
select county_code, 'zero_employment_relocated_households', open_cases
from floor.zero_employment_summary
where is_relocated;
