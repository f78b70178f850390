-- A line of work-relief payroll: one obligation to a person of a crew for a month, however often it was sent to the
-- bank. Its clock starts once: each stage has the first date that any of its attempts has. A stage that is dated after
-- tonight is not reached yet.
with
attempt_sums as (
    select
        unit, period, person_key, item,
        min(listed_on) as listed_on,
        min(signed_on) as signed_on,
        min(approved_on) as approved_on,
        min(sent_on) as sent_on,
        sum(failed_lines)::integer as failed_lines,
        min(failed_on) as failed_on,
        min(cured_on) as cured_on,
        bool_or(is_amount_different) as is_amount_different,
        coalesce(sum(abs(amount_returned - amount)) filter (where is_amount_different), 0) as amount_difference
    from {{ ref('fct_payment_attempt') }}
    where feed = 'relief_payroll'
    group by unit, period, person_key, item
)

select
    payroll.project_no, payroll.period, payroll.person_key, payroll.crew,
    payment.county_code,
    payroll.birth_date,
    payroll.days_worked::numeric(6, 2) as days_worked,
    (payroll.period + interval '1 month')::date - 1 as period_end,
    payment.pay_due_on, payment.is_pay_due_default,
    payment.amount_due, payment.amount_listed, payment.amount_credited, payment.amount_unconfirmed,
    payment.amount_paid, payment.amount_paid_late,
    coalesce(attempt_sums.amount_difference, 0)::numeric(14, 2) as amount_difference,
    coalesce(attempt_sums.is_amount_different, false) as is_amount_different,
    payroll.account_key, payroll.batch_no,
    payment.attempts, payment.last_outcome,
    coalesce(attempt_sums.failed_lines, 0) as failed_lines,
    attempt_sums.failed_on, attempt_sums.cured_on,
    {% for stage in ['listed_on', 'signed_on', 'approved_on', 'sent_on'] -%}
    case
        when least(payroll.{{ stage }}, attempt_sums.{{ stage }}) <= {{ tonight_date() }}
            then least(payroll.{{ stage }}, attempt_sums.{{ stage }})
    end as {{ stage }},
    {% endfor -%}
    payment.credited_on, payment.paid_on
from {{ ref('reported_relief_payroll') }} as payroll
inner join {{ ref('fct_wage_payment') }} as payment
    on payment.feed = 'relief_payroll' and payroll.unit = payment.unit and payroll.period = payment.period
        and payroll.person_key = payment.person_key and payroll.crew = payment.item
left join attempt_sums
    on payroll.unit = attempt_sums.unit and payroll.period = attempt_sums.period
        and payroll.person_key = attempt_sums.person_key and payroll.crew = attempt_sums.item
where payroll.seen_to is null
