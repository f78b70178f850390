-- Public posts: who holds one and who is paid for one in the month.
with
night as (
    select * from {{ ref('int_compared_period') }}
),

tenures as (
    select distinct on (tenure.county_code, tenure.post_no, tenure.person_key)
        tenure.county_code, tenure.post_no, tenure.person_key, tenure.monthly_subsidy
    from {{ ref('fct_post_tenure') }} as tenure
    inner join night
        on {{ overlaps('night.month_from', 'night.month_to', 'tenure') }}
    order by
        tenure.county_code, tenure.post_no, tenure.person_key, tenure.start_on desc, tenure.reported_start_on desc
),

post_payments as (
    select payment.unit as county_code, payment.item as post_no, payment.person_key, payment.amount_due
    from {{ ref('fct_wage_payment') }} as payment
    inner join night on payment.period = night.month_from
    where payment.feed = 'public_post_payment'
)

select
    'post_payment' as pair, county_code,
    concat_ws('|', county_code, post_no, person_key) as item,
    case
        when amount_due is null then 'only_in_first'
        when monthly_subsidy is null then 'only_in_second'
        when amount_due > monthly_subsidy then 'conflicting'
        else 'matched'
    end as standing
from tenures
full join post_payments using (county_code, post_no, person_key)
