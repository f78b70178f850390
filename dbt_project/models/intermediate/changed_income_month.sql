{%- set content = ['county_code', 'population_category', 'source', 'channel', 'job_rank', 'work_division_code'] -%}
-- The months for which this build recomputes incomes: those that read a day on which it changed a person's income. A
-- month reads its own last day and those of the three months before.
with
published as (
    select min(publication.report_date) as report_date
    from {{ source('ops', 'publication') }} as publication
    where publication.publication = (select ops.chain_head())
),

-- Months that the last publication does not have as complete, or has in another state.
unfinished as (
    select grid.month
    from {{ ref('int_month') }} as grid
    cross join published
    inner join ({{ month_status(['labor_register', 'employment', 'public_post']) }}) as status
        using (county_code, month)
    left join {{ published_rows('income_stability') }} as known using (county_code, month)
    where
        known.month is null
        or (grid.counties_reporting, status.obs_status) is distinct from (known.counties_reporting, known.obs_status)
        or grid.period_end >= published.report_date
        {%- if flags.FULL_REFRESH %}
        or true
        {%- endif %}
),

persons as (
    select person_key from {{ changed_rows('fct_person_state') }} as states
    where exists (select from published where report_date is not null)
    union
    select person_key from {{ changed_rows('fct_wage_span') }} as spans
    where exists (select from published where report_date is not null)
),

{% for known, states, spans in [
    ('tonight', ref('fct_person_state'), ref('fct_wage_span')),
    ('before', published_rows('fct_person_state'), published_rows('fct_wage_span')),
] -%}
jobs_{{ known }} as (
    select
        person_key, {{ prefixed(content, 'state') }},
        coalesce(reported.monthly_wage, state.monthly_wage) as monthly_wage,
        daterange(state.valid_from, state.valid_to)
        * daterange(coalesce(reported.valid_from, '-infinity'), reported.valid_to) as days
    from {{ states }} as state
    inner join persons using (person_key)
    left join {{ spans }} as reported using (person_key, source, source_key)
    where state.is_employed
),

{% endfor -%}
compared as (
    select
        coalesce(range_agg(days) filter (where is_tonight), '{}') as tonight,
        coalesce(range_agg(days) filter (where not is_tonight), '{}') as before
    from (
        select *, true as is_tonight from jobs_tonight
        union all
        select *, false from jobs_before
    ) as jobs
    group by person_key, {{ content | join(', ') }}, monthly_wage
),

-- The wage of a spell counts for a contract or order of its channel as well.
replacements as (
    select daterange(start_on, end_on, '[]') as days
    from {{ changed_rows('fct_employment_evidence') }} as evidence
    where source = 'employment' and channel in ('work_relief', 'gig')
),

changes as (
    select unnest(tonight + before - tonight * before) as days from compared
    union
    select days from replacements
),

days_read as (
    select grid.month, day.on_date
    from (select distinct month, as_of from {{ ref('int_month') }}) as grid
    cross join lateral (
        values
        (grid.as_of), (grid.month - 1), ((grid.month - interval '1 month')::date - 1),
        ((grid.month - interval '2 months')::date - 1)
    ) as day (on_date)
)

select month from unfinished
union
select days_read.month from days_read inner join changes on changes.days @> days_read.on_date
