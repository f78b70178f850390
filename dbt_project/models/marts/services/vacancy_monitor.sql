-- Vacancies of the talent site by place of work, channel and month: what was offered, who applied and who was hired.
with
postings as materialized (
    select
        posting.posting_id, place.county_code, kind.channel, posting.headcount, posting.opened_on, posting.closed_on,
        posting.wage_min, posting.wage_max
    from {{ ref('fct_job_posting') }} as posting
    cross join lateral {{ county_places('posting.work_division_code') }} as place (county_code)
    cross join lateral (values (posting.channel), ('all')) as kind (channel)
    where posting.opened_on <= {{ tonight_date() }}
),

applications as materialized (
    select
        posting.county_code, posting.channel, posting.posting_id, application.person_key,
        application.applied_on, application.hired_on,
        greatest(application.hired_on - posting.opened_on, 0) as days_to_hire
    from {{ ref('fct_job_application') }} as application
    inner join postings as posting using (posting_id)
),

hires as (
    select county_code, channel, posting_id, count(*) as hired
    from applications
    where hired_on <= {{ tonight_date() }}
    group by county_code, channel, posting_id
),

opened as (
    select
        postings.county_code, postings.channel, date_trunc('month', postings.opened_on)::date as month,
        count(*) as postings,
        sum(postings.headcount) as headcount,
        sum(hires.hired) as hired_ever,
        percentile_disc(0.5) within group (order by postings.wage_min) as median_wage_min,
        percentile_disc(0.5) within group (order by postings.wage_max) as median_wage_max
    from postings
    left join hires using (county_code, channel, posting_id)
    group by postings.county_code, postings.channel, date_trunc('month', postings.opened_on)
),

vacancies as (
    select
        grid.county_code, postings.channel, grid.month,
        count(*) as open_postings,
        sum(postings.headcount) as open_headcount
    from {{ ref('int_month') }} as grid
    inner join postings using (county_code)
    where postings.opened_on <= grid.as_of and coalesce(postings.closed_on, 'infinity') > grid.as_of
    group by grid.county_code, postings.channel, grid.month
),

applied as (
    select
        county_code, channel, date_trunc('month', applied_on)::date as month,
        count(*) as applications,
        count(distinct person_key) as applicants
    from applications
    where applied_on <= {{ tonight_date() }}
    group by county_code, channel, date_trunc('month', applied_on)
),

hired as (
    select
        county_code, channel, date_trunc('month', hired_on)::date as month,
        count(*) as hired,
        percentile_cont(0.5) within group (order by days_to_hire) as median_days_to_hire
    from applications
    where hired_on <= {{ tonight_date() }}
    group by county_code, channel, date_trunc('month', hired_on)
),

cells as (
    select county_code, channel, month from opened
    union
    select county_code, channel, month from vacancies
    union
    select county_code, channel, month from applied
    union
    select county_code, channel, month from hired
)

select
    cells.county_code, cells.channel, cells.month,
    {% for count in [
        'opened.postings', 'opened.headcount', 'vacancies.open_postings', 'vacancies.open_headcount',
        'applied.applications', 'applied.applicants', 'hired.hired',
    ] -%}
    coalesce({{ count }}, 0)::integer as {{ count.split('.')[1] }},
    {% endfor -%}
    case
        when grid.period_end + {{ setting('placement_days', 'integer') }} <= {{ tonight_date() }}
            then {{ ratio('coalesce(opened.hired_ever, 0)', 'opened.headcount') }}
    end::numeric(9, 4) as fill_rate,
    hired.median_days_to_hire::numeric(8, 1) as median_days_to_hire,
    opened.median_wage_min::numeric(14, 2) as median_wage_min,
    opened.median_wage_max::numeric(14, 2) as median_wage_max
from cells
-- A place that is not a county with a register counts in the prefecture only.
inner join {{ ref('int_month') }} as grid using (county_code, month)
left join opened using (county_code, channel, month)
left join vacancies using (county_code, channel, month)
left join applied using (county_code, channel, month)
left join hired using (county_code, channel, month)
