-- Wages owed to a person for a month's work or for an order, and paid. Paid is what the bank credited, re-issues
-- included; where the line in force names no batch, or one that has no return yet, the amount that the sender reports
-- counts too, from its date on, shown as unconfirmed.
with
obligations as (
    select
        'relief_payroll' as feed, payroll.unit, payroll.period, payroll.person_key, payroll.crew as item,
        coalesce(project.county_code, {{ prefecture() }}) as county_code,
        payroll.batch_no, payroll.amount_due, payroll.amount_paid as amount_listed,
        payroll.paid_on as listed_paid_on
    from {{ ref('reported_relief_payroll') }} as payroll
    left join {{ ref('dim_relief_project') }} as project using (project_no)
    where payroll.seen_to is null
    union all
    select
        'public_post_payment', unit, period, person_key, post_no, unit as county_code, batch_no,
        amount_due, amount_paid, paid_on
    from {{ ref('reported_public_post_payment') }}
    where seen_to is null
    union all
    select
        'gig_orders', 'hr_platform', date_trunc('month', completed_on)::date, person_key, order_id, county_code,
        null::text as batch_no, coalesce(amount_due, 0), coalesce(amount_paid, 0), paid_on
    from {{ ref('fct_gig_order') }}
    where completed_on is not null
),

attempt_sums as (
    select
        feed, unit, period, person_key, item,
        count(*)::integer as attempts,
        (array_agg(outcome order by attempt_no desc))[1] as last_outcome,
        sum(amount_credited) as amount_credited,
        sum(amount_credited_late) as amount_credited_late,
        max(credited_on) as credited_on
    from {{ ref('fct_payment_attempt') }}
    group by feed, unit, period, person_key, item
),

payments as (
    select
        obligations.*,
        attempt_sums.attempts, attempt_sums.last_outcome, attempt_sums.credited_on, attempt_sums.amount_credited_late,
        coalesce(attempt_sums.amount_credited, 0) as amount_credited,
        case
            when obligations.listed_paid_on > {{ tonight_date() }} then 0
            when coalesce(current_attempt.outcome, 'no_return') = 'no_return' then obligations.amount_listed
            else 0
        end as amount_unconfirmed,
        due.pay_due_on, due.is_default
    from obligations
    left join attempt_sums using (feed, unit, period, person_key, item)
    left join {{ ref('fct_payment_attempt') }} as current_attempt
        using (feed, unit, period, person_key, item, batch_no)
    left join {{ ref('int_pay_due_date') }} as due using (feed, unit, period)
)

select
    feed, unit, period, person_key, item, county_code,
    amount_due::numeric(14, 2) as amount_due,
    amount_listed::numeric(14, 2) as amount_listed,
    amount_credited::numeric(14, 2) as amount_credited,
    amount_unconfirmed::numeric(14, 2) as amount_unconfirmed,
    (amount_credited + amount_unconfirmed)::numeric(14, 2) as amount_paid,
    (
        coalesce(amount_credited_late, 0) + case when listed_paid_on > pay_due_on then amount_unconfirmed else 0 end
    )::numeric(14, 2) as amount_paid_late,
    credited_on,
    greatest(
        case when amount_credited > 0 then credited_on end, case when amount_unconfirmed > 0 then listed_paid_on end
    ) as paid_on,
    amount_credited > 0 as is_bank_confirmed,
    coalesce(attempts, 0) as attempts,
    last_outcome,
    pay_due_on,
    is_default as is_pay_due_default
from payments
