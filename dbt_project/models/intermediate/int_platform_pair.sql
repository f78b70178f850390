-- The platform: hires of registered persons, and the jobs that they began at about that time.
with
night as (
    select * from {{ ref('int_compared_period') }}
),

hires as (
    select application.* from {{ ref('fct_job_application') }} as application
    inner join night on application.hired_on between night.hires_from and night.hires_to
),

job_names as (
    select job.person_key, job.start_on, job.employer_key, {{ normalised_name('spell.employer_name') }} as employer
    from {{ ref('fct_job') }} as job
    inner join {{ ref('fct_employment_spell') }} as spell
        on job.person_key = spell.person_key and job.employer_key = spell.employer_key
            and {{ covers('spell.start_on', 'job') }}
    where job.person_key in (select person_key from hires) and job.start_on <= {{ tonight_date() }}
),

hire_jobs as (
    select
        hires.application_id,
        bool_or(
            job.employer_key in (hires.employer_uscc, {{ normalised_name('hires.employer_name') }})
            or job.employer = {{ normalised_name('hires.employer_name') }}
        ) as is_same_employer
    from hires
    inner join job_names as job
        on hires.person_key = job.person_key
            and job.start_on between hires.hired_on - {{ setting('reconciliation_hire_days', 'integer') }}
            and hires.hired_on + {{ setting('reconciliation_hire_days', 'integer') }}
    group by hires.application_id
),

hire_homes as ({{ homes_of('hires') }})

select
    'platform_employment' as pair, home.county_code, hires.application_id as item,
    case
        when hire_jobs.application_id is null then 'only_in_first'
        when hire_jobs.is_same_employer then 'matched'
        else 'conflicting'
    end as standing
from hires
inner join hire_homes as home on hires.person_key = home.person_key and {{ is_home('home', 'hires.hired_on') }}
left join hire_jobs using (application_id)
