-- Which attempt each line of a bank's return answers. Of equal (batch, account, amount) the n-th line answers the n-th
-- attempt in file order. The other lines are matched by (batch, account) alone: their amounts differ. Surplus lines go
-- to the last of the account's attempts in the batch, so that no credit is lost.
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

matches as (
    select returned.*, attempts.place
    from returned
    left join attempts using (batch_no, account_key, amount, ordinal)
),

other_lines as (
    select matches.*, row_number() over (partition by batch_no, account_key order by line_no) as turn
    from matches
    where place is null
),

-- Attempts without an equal line get the other lines, in file order.
unanswered as (
    select
        attempts.batch_no, attempts.account_key, attempts.place,
        row_number() over (partition by attempts.batch_no, attempts.account_key order by attempts.place) as turn
    from attempts
    left join matches using (batch_no, place)
    where matches.line_no is null
),

last_attempts as (
    select batch_no, account_key, max(place) as place
    from attempts
    group by batch_no, account_key
)

select batch_no, line_no, place, false as is_amount_different, amount, result, settled_on
from matches
where place is not null
union all
select
    batch_no, other_lines.line_no, coalesce(unanswered.place, last_attempts.place), true,
    other_lines.amount, other_lines.result, other_lines.settled_on
from other_lines
inner join last_attempts using (batch_no, account_key)
left join unanswered using (batch_no, account_key, turn)
