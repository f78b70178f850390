-- Each attempt to pay a line of wages through the bank, with its outcome. A credit dated after the night's day is the
-- bank's answer, but no money yet.
with
attempts as (
    select * from {{ ref('int_payment_attempt') }}
),

return_lines as (
    select
        line.*, due.pay_due_on,
        min(settled_on) filter (where result = 'failed') over (
            partition by feed, unit, period, person_key, item
        ) as first_failed_on,
        result = 'success' and settled_on <= {{ tonight_date() }} as is_credited
    from {{ ref('int_return_line') }} as line
    inner join attempts using (batch_no, place)
    left join {{ ref('int_pay_due_date') }} as due using (feed, unit, period)
),

return_sums as (
    select
        batch_no, place,
        coalesce(sum(amount) filter (where is_credited), 0) as amount_credited,
        coalesce(sum(amount) filter (where is_credited and settled_on > pay_due_on), 0) as amount_credited_late,
        sum(amount) as amount_returned,
        bool_or(result = 'success') as is_success,
        count(*) filter (where result = 'failed')::integer as failed_lines,
        bool_or(is_amount_different) as is_amount_different,
        max(settled_on) filter (where is_credited) as credited_on,
        min(settled_on) filter (where result = 'failed') as failed_on,
        min(settled_on) filter (where is_credited and settled_on >= first_failed_on) as cured_on
    from return_lines
    group by batch_no, place
),

-- A return covers the whole of its batch, even one without lines.
returned_batches as (
    select distinct unit as batch_no
    from {{ source('ops', 'delivery') }}
    where feed = 'bank_return' and status = 'accepted'
),

batches as (
    select batch_no, coalesce(max(sent_on), max(last_paid_on)) as sent_on
    from attempts
    group by batch_no
),

-- How many working days after its batch was sent a return is due, the contract of bank returns says.
due_returns as (
    select
        batches.batch_no,
        (
            array(
                select calendar.calendar_date
                from {{ ref('dim_date') }} as calendar
                where calendar.is_working_day and calendar.calendar_date > batches.sent_on
                order by calendar.calendar_date
            )
        )[feed.due_working_days] as return_due_on
    from batches
    cross join {{ source('ops', 'feed') }} as feed
    where feed.feed = 'bank_return'
)

select
    attempts.feed, attempts.unit, attempts.period, attempts.person_key, attempts.item, attempts.batch_no,
    coalesce(
        case when attempts.feed = 'relief_payroll' then project.county_code else attempts.unit end, {{ prefecture() }}
    ) as county_code,
    attempts.attempt_no, attempts.account_key,
    attempts.amount::numeric(14, 2) as amount,
    attempts.listed_on, attempts.signed_on, attempts.approved_on, attempts.sent_on,
    case
        when return_sums.is_success then 'credited'
        when return_sums.failed_lines > 0 then 'failed'
        when returned_batches.batch_no is not null then 'left_out'
        else 'no_return'
    end as outcome,
    coalesce(return_sums.amount_credited, 0)::numeric(14, 2) as amount_credited,
    coalesce(return_sums.amount_credited_late, 0)::numeric(14, 2) as amount_credited_late,
    coalesce(return_sums.amount_returned, 0)::numeric(14, 2) as amount_returned,
    return_sums.credited_on, return_sums.failed_on, return_sums.cured_on,
    coalesce(return_sums.failed_lines, 0) as failed_lines,
    coalesce(return_sums.is_amount_different, false) as is_amount_different,
    due_returns.return_due_on
from attempts
left join return_sums using (batch_no, place)
left join returned_batches using (batch_no)
left join due_returns using (batch_no)
left join {{ ref('dim_relief_project') }} as project on attempts.unit = project.project_no
