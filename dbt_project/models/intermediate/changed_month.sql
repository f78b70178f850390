-- The months that this build recomputes: those not yet published as complete, and those in which it changed a fact.
-- The scope of the labour brands.
with
limits as (
    select
        date_trunc('month', min(first_register_on)) as first_month,
        date_trunc('month', {{ tonight_date() }}) as last_month
    from {{ ref('int_register_start') }}
),

open_days as (
    select
        daterange(
            {% if flags.FULL_REFRESH -%}
            '-infinity'::date,
            {%- else -%}
            date_trunc('month', published.on_date)::date,
            {%- endif %}
            {{ tonight_date() }}, '[]'
        ) as days
    from ({{ last_report_date(tonight_date()) }}) as published
),

state_days as ({{ changed_days('fct_person_state', 'daterange(valid_from, valid_to)', ['valid_from', 'valid_to']) }}),

registered_days as ({{ changed_days('dim_person', 'daterange(valid_from, valid_to)', ['valid_from', 'valid_to']) }}),

-- A county confirms its rows in every submission: that alone changes no month.
evidence_days as (
    {{ changed_days(
        'fct_employment_evidence', "daterange(start_on, end_on, '[]')", ['start_on', 'end_on', 'updated_on']
    ) }}
),

-- What a wage was on a day that has passed can change by a late file, with neither the job nor the state.
wage_days as ({{ changed_days('fct_wage_span', 'daterange(valid_from, valid_to)', ['valid_from', 'valid_to']) }}),

spans as (
    select distinct date_trunc('month', lower(days)) as from_month, date_trunc('month', upper(days) - 1) as to_month
    from (
        select days from open_days
        union all
        select days from state_days
        union all
        select days from registered_days
        union all
        select days from evidence_days
        union all
        select days from wage_days
    ) as changed
    where not isempty(days)
)

select distinct month::date as month
from spans
cross join limits
cross join lateral generate_series(
    greatest(spans.from_month, limits.first_month), least(spans.to_month, limits.last_month), interval '1 month'
) as month
where limits.first_month is not null
