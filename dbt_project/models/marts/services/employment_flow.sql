{%- set retentions = ['3m', '6m', '12m'] -%}
{%- set kept = {'3m': 'kept_91', '6m': 'kept_182', '12m': 'kept_365'} -%}
-- Persons who began a job in a week, who left one and who stayed: jobs of the employment register, in the county in
-- which the person is registered on that day.
with
grid as (
    select weeks.*, category.poverty_alleviated
    from {{ ref('int_week') }} as weeks
    inner join {{ ref('changed_week') }} as changed using (week)
    cross join (values (true), (false)) as category (poverty_alleviated)
),

hires as (
    select
        job.hire_county as county_code, changed.week, job.hire_is_pa as poverty_alleviated, job.person_key,
        job.is_recall, job.is_job_to_job, {{ kept.values() | map('string') | join(', ') }}
    from {{ ref('fct_job') }} as job
    inner join {{ ref('changed_week') }} as changed on changed.week = date_trunc('week', job.start_on)::date
    where job.is_hire and job.start_on <= {{ tonight_date() }}
),

hired as (
    select
        coalesce(county_code, {{ prefecture() }}) as county_code, week, poverty_alleviated,
        count(*) as hires,
        count(distinct person_key) as hired_persons,
        count(*) filter (where is_recall) as recalls,
        count(*) filter (where is_job_to_job) as job_to_job,
        {% for retention in retentions -%}
        count(*) filter (where {{ kept[retention] }}) as retained_{{ retention }}{{ ',' if not loop.last }}
        {% endfor %}
    from hires
    group by week, poverty_alleviated, rollup (county_code)
),

separations as (
    select job.sep_county as county_code, changed.week, job.sep_is_pa as poverty_alleviated, job.person_key
    from {{ ref('fct_job') }} as job
    inner join {{ ref('changed_week') }} as changed on changed.week = date_trunc('week', job.end_on)::date
    where job.is_separation and job.end_on <= {{ tonight_date() }}
),

separated as (
    select
        coalesce(county_code, {{ prefecture() }}) as county_code, week, poverty_alleviated,
        count(*) as separations,
        count(distinct person_key) as separated_persons
    from separations
    group by week, poverty_alleviated, rollup (county_code)
),

-- On every day since the first register: a week that began before it has no beginning.
employed as (
    select
        figures.county_code, figures.on_date, category.poverty_alleviated,
        sum(figures.value) filter (where figures.indicator = category.counted)
        - coalesce(sum(figures.value) filter (where figures.indicator = category.subtracted), 0) as employed
    from {{ ref('headline_series') }} as figures
    cross join (
        values
        (true, 'poverty_alleviated_employed', null),
        (false, 'rural_employed', 'poverty_alleviated_employed')
    ) as category (poverty_alleviated, counted, subtracted)
    where figures.indicator in ('rural_employed', 'poverty_alleviated_employed')
    group by figures.county_code, figures.on_date, category.poverty_alleviated
),

counted as (
    select
        grid.county_code, grid.week, grid.poverty_alleviated, grid.counties_reporting,
        coalesce(hired.hires, 0) as hires,
        coalesce(hired.hired_persons, 0) as hired_persons,
        {{ while_set('recall_days', 'coalesce(hired.recalls, 0)') }} as recalls,
        {{ while_set('job_to_job_days', 'coalesce(hired.job_to_job, 0)') }} as job_to_job,
        coalesce(separated.separations, 0) as separations,
        coalesce(separated.separated_persons, 0) as separated_persons,
        beginning.employed as beginning_employed,
        ending.employed as ending_employed,
        {% for retention in retentions -%}
        case
            when grid.period_end + {{ setting('retention_days_' ~ retention, 'integer') }} <= {{ tonight_date() }}
                then coalesce(hired.retained_{{ retention }}, 0)
        end as retained_{{ retention }}{{ ',' if not loop.last }}
        {% endfor %}
    from grid
    left join hired using (county_code, week, poverty_alleviated)
    left join separated using (county_code, week, poverty_alleviated)
    left join employed as beginning
        on grid.county_code = beginning.county_code and grid.poverty_alleviated = beginning.poverty_alleviated
        and beginning.on_date = grid.week - 1
    left join employed as ending
        on grid.county_code = ending.county_code and grid.poverty_alleviated = ending.poverty_alleviated
        and ending.on_date = grid.as_of
)

select
    counted.county_code, counted.week, counted.poverty_alleviated,
    {% for count in [
        'hires', 'recalls', 'separations', 'job_to_job', 'hired_persons', 'separated_persons', 'beginning_employed',
        'ending_employed', 'retained_3m', 'retained_6m', 'retained_12m',
    ] -%}
    counted.{{ count }}::integer as {{ count }},
    {% endfor -%}
    {% for retention in retentions -%}
    (counted.retained_{{ retention }} / nullif(counted.hires, 0)::numeric)::numeric(9, 4) as retention_{{ retention }},
    {% endfor -%}
    counted.counties_reporting,
    status.obs_status
from counted
inner join ({{ week_status() }}) as status using (county_code, week)
