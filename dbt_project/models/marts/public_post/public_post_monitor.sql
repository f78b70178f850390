-- Public posts by reporting county, category and month: holders, amounts due and paid, and tenures that ended.
with
tenures as materialized (
    select * from {{ ref('fct_post_tenure') }}
),

homes as ({{ homes_of('tenures') }}),

-- Each counts in its county and in the prefecture, in its category and in all.
counted_tenures as (
    select
        place.county_code, category.post_category, tenures.county_code || tenures.post_no as post_key,
        tenures.person_key, tenures.is_full_time, tenures.start_on, tenures.end_on,
        case
            when tenures.term_months > 0
                then (tenures.reported_start_on + make_interval(months => tenures.term_months))::date - 1
        end as term_ends_on
    from tenures
    cross join lateral {{ county_places('tenures.county_code') }} as place (county_code)
    cross join lateral (select distinct unnest(array[tenures.post_category, 'all'])) as category (post_category)
),

holdings as (
    select
        grid.county_code, tenure.post_category, grid.month,
        count(distinct tenure.post_key) as posts,
        count(distinct tenure.person_key) as holders,
        count(distinct tenure.person_key) filter (where tenure.is_full_time) as full_time_holders,
        count(distinct tenure.person_key) filter (where home.is_poverty_alleviated) as poverty_alleviated_holders
    from {{ ref('int_month') }} as grid
    inner join counted_tenures as tenure
        on grid.county_code = tenure.county_code and {{ covers('grid.as_of', 'tenure') }}
    left join homes as home on tenure.person_key = home.person_key and {{ is_home('home', 'grid.as_of') }}
    group by grid.county_code, tenure.post_category, grid.month
),

endings as (
    select
        grid.county_code, tenure.post_category, grid.month,
        count(*) filter (where ending.is_term) as ended_terms,
        count(*) filter (where not ending.is_term) as ended_tenures
    from counted_tenures as tenure
    cross join lateral (values (true, tenure.term_ends_on), (false, tenure.end_on)) as ending (is_term, on_date)
    inner join {{ ref('int_month') }} as grid
        on tenure.county_code = grid.county_code and date_trunc('month', ending.on_date)::date = grid.month
            and ending.on_date <= grid.as_of
    group by grid.county_code, tenure.post_category, grid.month
),

payments as (
    select
        place.county_code, category.post_category, payment.period as month,
        sum(payment.amount_due) as due,
        sum(payment.amount_paid) as paid,
        sum(payment.amount_unconfirmed) as unconfirmed,
        sum(payment.arrears) as arrears,
        count(distinct payment.person_key) as payees,
        avg(payment.days_present) as mean_days_present
    from {{ ref('int_post_payment') }} as payment
    cross join lateral {{ county_places('payment.county_code') }} as place (county_code)
    cross join lateral (select distinct unnest(array[payment.post_category, 'all'])) as category (post_category)
    group by place.county_code, category.post_category, payment.period
),

cells as (
    select county_code, 'all' as post_category, month from {{ ref('int_month') }}
    union
    select county_code, post_category, month from holdings
    union
    select county_code, post_category, month from endings
    union
    select county_code, post_category, month from payments
)

select
    cells.county_code, cells.post_category, cells.month,
    {% for count in ['posts', 'holders', 'full_time_holders', 'poverty_alleviated_holders'] -%}
    coalesce(holdings.{{ count }}, 0)::integer as {{ count }},
    {% endfor -%}
    {% for amount in ['due', 'paid', 'unconfirmed', 'arrears'] -%}
    coalesce(payments.{{ amount }}, 0)::numeric(14, 2) as {{ amount }},
    {% endfor -%}
    coalesce(payments.payees, 0)::integer as payees,
    payments.mean_days_present::numeric(14, 2) as mean_days_present,
    coalesce(endings.ended_terms, 0)::integer as ended_terms,
    coalesce(endings.ended_tenures, 0)::integer as ended_tenures,
    grid.counties_reporting,
    status.obs_status
from cells
inner join {{ ref('int_month') }} as grid using (county_code, month)
inner join ({{ month_status() }}) as status using (county_code, month)
left join holdings using (county_code, post_category, month)
left join payments using (county_code, post_category, month)
left join endings using (county_code, post_category, month)
