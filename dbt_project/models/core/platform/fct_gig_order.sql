-- Each order of the digital gig market that the platform has not deleted; days are Beijing's.
select
    order_id, person_key,
    left(township_code, 6) as county_code,
    township_code, market_code, task, accepted_at, completed_at,
    {{ beijing_day('completed_at') }} as completed_on,
    hours::numeric(8, 2) as hours,
    amount_due::numeric(14, 2) as amount_due,
    amount_paid::numeric(14, 2) as amount_paid,
    {{ beijing_day('paid_at') }} as paid_on
from {{ ref('reported_gig_order') }}
where not coalesce(is_deleted, false) and person_key is not null
