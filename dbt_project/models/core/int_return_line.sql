{{ config(materialized='table', schema='staging', post_hook='analyze {{ this }}') }}

-- Which attempt each line of a bank's return answers: the k-th of equal (batch, account, amount) the k-th in file
-- order; what is left over by (batch, account), and then the amounts differ. A surplus of return lines falls to the
-- last of the account's attempts in the batch, so that no credit is lost.
with
attempts as (
    select batch_no, account_key, amount, kth, place from {{ ref('int_payment_attempt') }}
),

returned as (
    select
        batch_no, line_no, account_key, amount::numeric(14, 2) as amount, result,
        coalesce(credited_on, seen_from) as settled_on,
        row_number() over (
            partition by batch_no, account_key, amount::numeric(14, 2) order by line_no
        )::integer as kth
    from {{ ref('reported_bank_return') }}
    where seen_to is null
),

equal as (
    select attempts.batch_no, attempts.place, returned.line_no
    from attempts
    inner join returned using (batch_no, account_key, amount, kth)
),

-- Attempts that no equal line answers take what is left over; where there is none, the last one takes it.
takers as (
    select
        attempts.batch_no, attempts.account_key, attempts.place,
        row_number() over (
            account order by
            equal.place is not null, case when equal.place is null then attempts.place else -attempts.place end
        ) as turn,
        greatest(1, count(*) filter (where equal.place is null) over account) as turns
    from attempts
    left join equal using (batch_no, place)
    window account as (partition by attempts.batch_no, attempts.account_key)
),

left_over as (
    select
        returned.batch_no, returned.account_key, returned.line_no,
        row_number() over (partition by returned.batch_no, returned.account_key order by returned.line_no) as turn
    from returned
    left join equal using (batch_no, line_no)
    where equal.line_no is null
),

joined as (
    select batch_no, line_no, place, false as is_amount_different from equal
    union all
    select batch_no, left_over.line_no, takers.place, true as is_amount_different
    from left_over
    inner join takers using (batch_no, account_key)
    where least(left_over.turn, takers.turns) = takers.turn
)

select
    joined.batch_no, joined.line_no, joined.place, joined.is_amount_different,
    returned.amount, returned.result, returned.settled_on
from joined
inner join returned using (batch_no, line_no)
