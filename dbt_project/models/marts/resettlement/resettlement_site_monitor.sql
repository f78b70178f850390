-- Resettlement sites on the night's day: those that their county lists, and those that only its register names.
with
residents as (
    select
        person.county_code, person.resettlement_site_no, person.household_no, person.person_key,
        state.is_in_labour_force, state.is_employed
    from {{ ref('dim_person') }} as person
    inner join {{ ref('fct_person_state') }} as state using (person_key)
    where person.resettlement_site_no is not null
        and {{ holds_on(tonight_date(), 'person') }}
        and {{ holds_on(tonight_date(), 'state') }}
),

-- A reserved job counts whichever county reports it, and also as a second job.
reserved_workers as (
    select distinct person_key
    from {{ ref('fct_employment_spell') }}
    where is_reserved_job and {{ covers(tonight_date()) }}
),

people as (
    select
        residents.county_code, residents.resettlement_site_no,
        count(*) as residents,
        count(*) filter (where is_in_labour_force) as labour_force,
        count(*) filter (where is_employed) as employed,
        count(reserved_workers.person_key) filter (where is_employed) as reserved_jobs_filled
    from residents
    left join reserved_workers using (person_key)
    group by residents.county_code, residents.resettlement_site_no
),

-- A household of which one member lives on the site counts there and is judged as a whole.
households as (
    select
        residents.county_code, residents.resettlement_site_no,
        count(*) as households,
        count(*) filter (where household.is_zero_employment) as zero_employment_households
    from (select distinct county_code, resettlement_site_no, household_no from residents) as residents
    inner join {{ ref('fct_household_state') }} as household using (county_code, household_no)
    where {{ holds_on(tonight_date(), 'household') }}
    group by residents.county_code, residents.resettlement_site_no
),

listed as (
    select * from {{ ref('fct_site_state') }} where valid_to is null
),

-- The share of jobs to be reserved: the county's own rule before the general one, also where it is switched off.
ratios as (
    select distinct on (status.county_code)
        status.county_code, case when ratio.enabled then ratio.required_share end as required_share
    from {{ ref('int_register_start') }} as status
    inner join {{ ref('site_job_ratio') }} as ratio
        on ratio.county_code in (status.county_code, '*') and ratio.valid_from <= {{ tonight_date() }}
    order by status.county_code, ratio.county_code = '*', ratio.valid_from desc
),

sites as (
    select county_code, resettlement_site_no from listed
    union
    select county_code, resettlement_site_no from people
)

select
    sites.county_code, sites.resettlement_site_no,
    coalesce(households.households, 0)::integer as households,
    coalesce(people.residents, 0)::integer as residents,
    coalesce(people.labour_force, 0)::integer as labour_force,
    coalesce(people.employed, 0)::integer as employed,
    (people.employed::numeric / nullif(people.labour_force, 0))::numeric(9, 4) as employment_rate,
    coalesce(households.zero_employment_households, 0)::integer as zero_employment_households,
    listed.households as households_reported,
    listed.residents as residents_reported,
    listed.labour_force as labour_force_reported,
    listed.reserved_jobs,
    coalesce(people.reserved_jobs_filled, 0)::integer as reserved_jobs_filled,
    {{ ratio('coalesce(people.reserved_jobs_filled, 0)', 'listed.reserved_jobs') }}::numeric(9, 4)
        as reserved_fill_rate,
    {{ ratio('listed.reserved_jobs', 'people.labour_force') }}::numeric(9, 4) as reserved_per_labour_force,
    ratios.required_share::numeric(9, 4) as required_share,
    listed.reserved_jobs < ratios.required_share * coalesce(people.labour_force, 0) as is_below_required_share,
    listed.county_code is not null as is_listed,
    listed.site_name, listed.township_code,
    status.obs_status
from sites
inner join ({{ day_status() }}) as status using (county_code)
left join listed using (county_code, resettlement_site_no)
left join people using (county_code, resettlement_site_no)
left join households using (county_code, resettlement_site_no)
left join ratios using (county_code)
