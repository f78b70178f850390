-- Which attempt each line of a bank's return answers: the k-th of equal (batch, account, amount) the k-th in file
-- order; what is left over by (batch, account), and then the amounts differ. A surplus of return lines falls to the
-- last of the account's attempts in the batch, so that no credit is lost.
with
attempts as (
    select batch_no, account_key, amount, ordinal, place from {{ ref('int_payment_attempt') }}
),

returned as (
    select
        batch_no, line_no, account_key, amount::numeric(14, 2) as amount, result,
        coalesce(credited_on, seen_from) as settled_on,
        row_number() over (
            partition by batch_no, account_key, amount::numeric(14, 2) order by line_no
        )::integer as ordinal
    from {{ ref('reported_bank_return') }}
    where seen_to is null
),

answered as (
    select returned.*, attempts.place
    from returned
    left join attempts using (batch_no, account_key, amount, ordinal)
),

left_over as (
    select answered.*, row_number() over (partition by batch_no, account_key order by line_no) as turn
    from answered
    where place is null
),

-- Attempts that no equal line answers take what is left over; where there is none, the last one takes it.
takers as (
    select
        attempts.batch_no, attempts.account_key, attempts.place,
        row_number() over (
            account order by
            returned.line_no is not null,
            case when returned.line_no is null then attempts.place else -attempts.place end
        ) as turn,
        greatest(1, count(*) filter (where returned.line_no is null) over account) as turns
    from attempts
    inner join (select distinct batch_no, account_key from left_over) as accounts using (batch_no, account_key)
    left join returned using (batch_no, account_key, amount, ordinal)
    window account as (partition by attempts.batch_no, attempts.account_key)
)

select batch_no, line_no, place, false as is_amount_different, amount, result, settled_on
from answered
where place is not null
union all
select batch_no, left_over.line_no, takers.place, true, left_over.amount, left_over.result, left_over.settled_on
from left_over
inner join takers using (batch_no, account_key)
where least(left_over.turn, takers.turns) = takers.turn
