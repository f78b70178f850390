-- Payments: attempts of a year whose return has arrived or is overdue, and return lines that match no attempt.
with
night as (
    select * from {{ ref('int_compared_period') }}
),

attempts as (
    select attempt.* from {{ ref('fct_payment_attempt') }} as attempt
    inner join night
        on attempt.period >= night.payments_from
            and (attempt.outcome <> 'no_return' or attempt.return_due_on < night.on_date)
),

batches as (
    select batch_no, min(county_code) as county_code from {{ ref('fct_payment_attempt') }} group by batch_no
),

batch_accounts as (
    select distinct batch_no, account_key from {{ ref('fct_payment_attempt') }}
),

unasked_lines as (
    select line.batch_no, line.line_no, batches.county_code
    from {{ ref('reported_bank_return') }} as line
    cross join night
    left join batches using (batch_no)
    left join batch_accounts
        on line.batch_no = batch_accounts.batch_no and line.account_key = batch_accounts.account_key
    where line.seen_to is null
        and batch_accounts.batch_no is null
        and (
            line.batch_no in (select batch_no from attempts)
            or (batches.batch_no is null and line.seen_from >= night.payments_from)
        )
)

select
    'payroll_bank' as pair, county_code,
    concat_ws('|', feed, unit, period, person_key, item, batch_no) as item,
    case
        when outcome in ('left_out', 'no_return') then 'only_in_first'
        when is_amount_different then 'conflicting'
        else 'matched'
    end as standing
from attempts
union all
select 'payroll_bank', county_code, concat_ws('|', 'line', batch_no, line_no), 'only_in_second'
from unasked_lines
