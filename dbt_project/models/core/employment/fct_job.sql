-- Jobs: the unbroken runs of days that a person's spells with one employer cover, and what preceded and followed them.
with
stretches as (
    select
        spell.person_key, spell.employer_key,
        unnest(range_agg(daterange(spell.start_on, spell.end_on, '[]'))) as days
    from {{ ref('fct_employment_spell') }} as spell
    inner join {{ ref('changed_person') }} as changed on spell.person_key = changed.person_key
    -- A spell reported in advance does not exist before its first day.
    where spell.start_on <= {{ tonight_date() }}
    group by spell.person_key, spell.employer_key
),

jobs as materialized (
    select person_key, employer_key, lower(days) as start_on, upper(days) - 1 as end_on from stretches
),

homes as materialized ({{ homes_of('jobs') }}),

-- Each job paired with all jobs of its person, itself included.
compared as (
    select
        job.person_key, job.employer_key, job.start_on,
        other.employer_key = job.employer_key as is_same_employer,
        job.start_on - other.end_on as days_between,
        other.start_on as other_start_on, coalesce(other.end_on, 'infinity') as other_end_on
    from jobs as job
    inner join jobs as other using (person_key)
),

histories as (
    select
        person_key, employer_key, start_on,
        bool_or(
            is_same_employer and days_between between 2 and {{ setting('recall_days', 'integer') }}
        ) as is_recall,
        bool_or(
            not is_same_employer and days_between between 0 and {{ setting('job_to_job_days', 'integer') }}
        ) as is_job_to_job,
        {% for kept, months in [('kept_91', '3m'), ('kept_182', '6m'), ('kept_365', '12m')] -%}
        bool_or(
            is_same_employer and start_on + {{ setting('retention_days_' ~ months, 'integer') }}
            between other_start_on and other_end_on
        ) as {{ kept }}{{ ',' if not loop.last }}
        {% endfor %}
    from compared
    group by person_key, employer_key, start_on
)

select
    jobs.person_key, jobs.employer_key, jobs.start_on, jobs.end_on,
    hired.county_code as hire_county,
    coalesce(hired.is_poverty_alleviated, false) as hire_is_pa,
    coalesce({{ is_able_on('hired', 'jobs.start_on') }}, false) as is_hire,
    separated.county_code as sep_county,
    coalesce(separated.is_poverty_alleviated, false) as sep_is_pa,
    coalesce({{ is_able_on('separated', 'jobs.end_on') }}, false) as is_separation,
    coalesce(histories.is_recall, false) as is_recall,
    coalesce(histories.is_job_to_job, false) as is_job_to_job,
    coalesce(histories.kept_91, false) as kept_91,
    coalesce(histories.kept_182, false) as kept_182,
    coalesce(histories.kept_365, false) as kept_365
from jobs
inner join histories using (person_key, employer_key, start_on)
left join homes as hired on jobs.person_key = hired.person_key and {{ is_home('hired', 'jobs.start_on') }}
left join homes as separated on jobs.person_key = separated.person_key and {{ is_home('separated', 'jobs.end_on') }}
