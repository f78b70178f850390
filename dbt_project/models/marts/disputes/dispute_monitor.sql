-- Disputes by the county that handles them and month: how quickly they are accepted, mediated, heard and closed.
with
disputes as (
    select * from {{ ref('fct_dispute') }}
),

homes as ({{ homes_of('disputes') }}),

-- Each counts in its county and in the prefecture.
county_disputes as (
    select
        place.county_code, disputes.county_code || disputes.case_no as case_key, disputes.dispute_type,
        disputes.filed_on, disputes.accepted_on, disputes.mediated_on, disputes.heard_on, disputes.closed_on,
        coalesce(disputes.accepted_on, disputes.filed_on) as begun_on,
        disputes.accept_overdue_on, disputes.close_overdue_on, disputes.left_out_on,
        disputes.result, disputes.amount_claimed,
        coalesce(home.is_poverty_alleviated, false) as is_poverty_alleviated
    from disputes
    left join homes as home on disputes.person_key = home.person_key and {{ is_home('home', 'disputes.filed_on') }}
    cross join lateral {{ county_places('disputes.county_code') }} as place (county_code)
),

monthly_disputes as (
    select
        grid.month, grid.as_of, county_disputes.*,
        {% for step in ['filed', 'accepted', 'mediated', 'heard', 'closed'] -%}
        county_disputes.{{ step }}_on between grid.month and grid.as_of as is_{{ step }},
        {% endfor -%}
        county_disputes.left_out_on between grid.month and grid.as_of
            and coalesce(county_disputes.closed_on, 'infinity') > {{ tonight_date() }} as is_left_out,
        county_disputes.filed_on <= grid.as_of
            and coalesce(county_disputes.closed_on, 'infinity') > grid.as_of
            and coalesce(county_disputes.left_out_on, 'infinity') > grid.as_of as is_open,
        coalesce(county_disputes.accepted_on, 'infinity') > grid.as_of as is_waiting
    from {{ ref('int_month') }} as grid
    inner join county_disputes using (county_code)
),

counted as (
    select
        county_code, month,
        count(*) filter (where is_filed) as filed,
        count(*) filter (where is_accepted) as accepted,
        count(*) filter (where is_mediated) as mediated,
        count(*) filter (where is_heard) as heard,
        count(*) filter (where is_closed) as closed,
        count(distinct case_key) filter (where is_filed) as cases_filed,
        count(*) filter (where is_open) as open_cases,
        count(*) filter (where is_open and not is_waiting and close_overdue_on <= as_of) as open_over_45d,
        count(*) filter (where is_open and is_waiting and accept_overdue_on <= as_of) as waiting_over_5d,
        count(*) filter (where is_left_out) as left_out,
        percentile_cont(0.5) within group (order by accepted_on - filed_on) filter (where is_accepted) as days_accept,
        percentile_cont(0.5) within group (order by mediated_on - begun_on) filter (where is_mediated) as days_mediate,
        percentile_cont(0.5) within group (order by heard_on - begun_on) filter (where is_heard) as days_hear,
        percentile_cont(0.5) within group (order by closed_on - begun_on) filter (where is_closed) as days_close,
        {% for result in ['mediated', 'awarded', 'withdrawn'] -%}
        count(*) filter (where is_closed and result = '{{ result }}') as closed_{{ result }},
        {% endfor -%}
        sum(amount_claimed) filter (where is_filed) as amount_claimed,
        count(*) filter (where is_filed and is_poverty_alleviated) as of_which_poverty_alleviated,
        {% for dispute_type in ['unpaid_wages', 'severance', 'work_injury'] -%}
        count(*) filter (where is_filed and dispute_type = '{{ dispute_type }}') as {{ dispute_type }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from monthly_disputes
    group by county_code, month
)

select
    grid.county_code, grid.month,
    {% for count in [
        'filed', 'accepted', 'mediated', 'heard', 'closed', 'cases_filed', 'open_cases', 'left_out',
    ] -%}
    coalesce(counted.{{ count }}, 0)::integer as {{ count }},
    {% endfor -%}
    {{ while_set('dispute_close_days', 'coalesce(counted.open_over_45d, 0)') }}::integer as open_over_45d,
    {{ while_set('dispute_accept_working_days', 'coalesce(counted.waiting_over_5d, 0)') }}::integer as waiting_over_5d,
    {% for step in ['accept', 'mediate', 'hear', 'close'] -%}
    counted.days_{{ step }}::numeric(8, 1) as median_days_{{ step }},
    {% endfor -%}
    {% for count in ['closed_mediated', 'closed_awarded', 'closed_withdrawn'] -%}
    coalesce(counted.{{ count }}, 0)::integer as {{ count }},
    {% endfor -%}
    coalesce(counted.amount_claimed, 0)::numeric(14, 2) as amount_claimed,
    {% for count in ['of_which_poverty_alleviated', 'unpaid_wages', 'severance', 'work_injury'] -%}
    coalesce(counted.{{ count }}, 0)::integer as {{ count }},
    {% endfor -%}
    grid.counties_reporting,
    status.obs_status
from {{ ref('int_month') }} as grid
inner join ({{ month_status() }}) as status using (county_code, month)
left join counted using (county_code, month)
