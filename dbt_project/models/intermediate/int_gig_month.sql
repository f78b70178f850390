-- The orders of the gig market by the township of the work and the month of completion, in the county and the
-- prefecture as well; of work outside the prefecture nothing.
with
orders as (
    select
        place.county_code, place.township_code, date_trunc('month', gig.completed_on)::date as month,
        gig.person_key, gig.market_code, gig.completed_on, gig.paid_on, gig.hours, gig.amount_due, gig.amount_paid
    from (
        select
            county_code, township_code, person_key, market_code, completed_on, paid_on,
            coalesce(hours, 0) as hours, coalesce(amount_due, 0) as amount_due,
            -- What is to be paid on a later day is not paid yet.
            case when paid_on > {{ tonight_date() }} then 0 else coalesce(amount_paid, 0) end as amount_paid
        from {{ ref('fct_gig_order') }}
        where completed_on <= {{ tonight_date() }} and {{ in_prefecture('township_code') }}
    ) as gig
    cross join lateral {{ township_places('gig') }} as place (county_code, township_code)
)

select
    county_code, township_code, month,
    count(*)::integer as gig_orders,
    count(distinct person_key)::integer as gig_workers,
    sum(hours)::numeric(14, 2) as gig_hours,
    sum(amount_paid)::numeric(14, 2) as gig_paid,
    (
        percentile_cont(0.5) within group (order by greatest(paid_on - completed_on, 0))
        filter (where paid_on <= {{ tonight_date() }})
    )::numeric(8, 1) as median_days_to_gig_payment,
    count(*) filter (where amount_due > amount_paid)::integer as gig_unpaid_orders,
    count(distinct market_code)::integer as markets_active
from orders
group by county_code, township_code, month
