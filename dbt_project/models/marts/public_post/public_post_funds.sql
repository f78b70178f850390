-- Subsidies of public posts by reporting county, source of the money and month.
with
payments as (
    select
        place.county_code, payment.fund_source, payment.period as month,
        sum(payment.amount_due) as due,
        sum(payment.amount_paid) as paid,
        count(distinct payment.person_key) as payees
    from {{ ref('int_post_payment') }} as payment
    cross join lateral {{ county_places('payment.county_code') }} as place (county_code)
    group by place.county_code, payment.fund_source, payment.period
)

select
    payments.county_code, payments.fund_source, payments.month,
    payments.due::numeric(14, 2) as due,
    payments.paid::numeric(14, 2) as paid,
    payments.payees::integer as payees,
    status.obs_status
from payments
inner join ({{ month_status() }}) as status using (county_code, month)
