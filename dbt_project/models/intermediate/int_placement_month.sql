-- Persons hired within 30 days of an application of theirs, by the township where they were registered on the day of
-- the hire: a job of the employment register, or a hire on the platform.
with
hires as (
    select job.person_key, job.start_on as hired_on
    from {{ ref('fct_job') }} as job
    where job.is_hire and job.start_on <= {{ tonight_date() }}
    union
    select application.person_key, application.hired_on
    from {{ ref('fct_job_application') }} as application
    where application.hired_on <= {{ tonight_date() }}
),

placed as (
    select distinct hires.person_key, hires.hired_on
    from hires
    inner join {{ ref('fct_job_application') }} as application
        on hires.person_key = application.person_key and hires.hired_on between application.applied_on
            and application.applied_on + {{ setting('placement_days', 'integer') }}
),

homes as ({{ homes_of('placed') }}),

placed_at_home as (
    select placed.person_key, date_trunc('month', placed.hired_on)::date as month, home.county_code, home.township_code
    from placed
    inner join homes as home on placed.person_key = home.person_key and {{ is_home('home', 'placed.hired_on') }}
)

select
    place.county_code, place.township_code, placed_at_home.month,
    count(distinct placed_at_home.person_key)::integer as placed_30d
from placed_at_home
cross join lateral {{ township_places('placed_at_home') }} as place (county_code, township_code)
group by place.county_code, place.township_code, placed_at_home.month
