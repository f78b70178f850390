-- Subsidy lines in force, with what was paid of each and the category of its post: by the holder's tenure in that month
-- (the one that began last), else by the post itself.
with
lines as (
    select
        payment.county_code, payment.item as post_no, payment.person_key, payment.period,
        (payment.period + interval '1 month')::date - 1 as period_end,
        reported.days_present, coalesce(btrim(reported.fund_source), 'unknown') as fund_source, reported.account_key,
        payment.amount_due, payment.amount_paid, payment.amount_unconfirmed,
        {{ arrears('payment') }} as arrears,
        payment.pay_due_on, payment.paid_on
    from {{ ref('fct_wage_payment') }} as payment
    inner join {{ ref('reported_public_post_payment') }} as reported
        on payment.unit = reported.unit and payment.period = reported.period
            and payment.person_key = reported.person_key and payment.item = reported.post_no
            and reported.seen_to is null
    where payment.feed = 'public_post_payment'
),

holdings as (
    select distinct on (lines.county_code, lines.post_no, lines.person_key, lines.period)
        lines.county_code, lines.post_no, lines.person_key, lines.period, tenure.post_category
    from lines
    inner join {{ ref('fct_post_tenure') }} as tenure
        on lines.county_code = tenure.county_code and lines.post_no = tenure.post_no
            and lines.person_key = tenure.person_key
            and {{ overlaps('lines.period', 'least(lines.period_end, ' ~ tonight_date() ~ ')', 'tenure') }}
    order by
        lines.county_code, lines.post_no, lines.person_key, lines.period, tenure.start_on desc,
        tenure.reported_start_on desc
)

select
    lines.county_code, lines.post_no, lines.person_key, lines.period, lines.period_end,
    coalesce(holdings.post_category, post.post_category, 'unknown') as post_category,
    holdings.person_key is not null as is_holder,
    lines.days_present, lines.fund_source, lines.account_key,
    lines.amount_due, lines.amount_paid, lines.amount_unconfirmed, lines.arrears::numeric(14, 2) as arrears,
    lines.pay_due_on, lines.paid_on
from lines
left join holdings using (county_code, post_no, person_key, period)
left join {{ ref('dim_post') }} as post using (county_code, post_no)
