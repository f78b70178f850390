-- Employers that lose many workers in a month: a number or share that, for layoffs, would require a plan and a report
-- (Labour Contract Law, article 41). No feed reports why a job ended.
with
separations as (
    select
        employer_key, date_trunc('month', end_on)::date as month,
        count(*) as separations,
        count(*) filter (where sep_is_pa) as poverty_alleviated_separations
    from {{ ref('fct_job') }}
    where is_separation and end_on <= {{ tonight_date() }}
    group by employer_key, date_trunc('month', end_on)
),

-- Jobs on the first day of a month: those that had begun, less those that had ended. What begins or ends on a later day
-- of a month counts from the next month on.
steps as (
    select employer_key, date_trunc('month', on_date + interval '1 month - 1 day')::date as month, change
    from {{ ref('fct_job') }}
    cross join lateral (values (start_on, 1), (end_on + 1, -1)) as bound (on_date, change)
    where on_date is not null
    union all
    select employer_key, month, 0 from separations
),

monthly_steps as (
    select employer_key, month, sum(change) as change from steps group by employer_key, month
),

jobs as (
    select employer_key, month, sum(change) over (partition by employer_key order by month) as jobs_at_beginning
    from monthly_steps
)

select
    separations.employer_key, separations.month, employer.employer_name,
    separations.separations::integer as separations,
    separations.poverty_alleviated_separations::integer as poverty_alleviated_separations,
    jobs.jobs_at_beginning::integer as jobs_at_beginning,
    -- By the one limit where the other is switched off.
    greatest(
        separations.separations >= {{ setting('layoff_min_separations', 'integer') }},
        separations.separations >= {{ setting('layoff_min_share') }} * nullif(jobs.jobs_at_beginning, 0)
    ) as layoff_flag,
    null::numeric(14, 2) as compensation_paid
from separations
inner join {{ ref('int_month') }} as grid on separations.month = grid.month and grid.county_code = {{ prefecture() }}
inner join jobs on separations.employer_key = jobs.employer_key and separations.month = jobs.month
left join {{ ref('dim_employer') }} as employer on separations.employer_key = employer.employer_key
