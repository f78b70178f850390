{{ config(materialized='table', schema='staging', post_hook='analyze {{ this }}') }}

-- Each attempt to pay a line of wages that is in force: the line, the batch that it was sent in, its account and
-- amount, its place in the batch (in file order), and the how-many-eth it is of equal (batch, account, amount).
with
obligations as (
    select 'relief_payroll' as feed, unit, period, person_key, crew as item, batch_no as latest_batch
    from {{ ref('reported_relief_payroll') }} where seen_to is null
    union all
    select 'public_post_payment' as feed, unit, period, person_key, post_no as item, batch_no as latest_batch
    from {{ ref('reported_public_post_payment') }} where seen_to is null
),

-- Of what was stated of an attempt the latest counts; lines that no file in force has do not compete.
attempts as (
    select distinct on (stated.feed, stated.unit, stated.period, stated.person_key, stated.item, stated.batch_no)
        stated.*, coalesce(stated.batch_no = obligations.latest_batch, false) as is_latest
    from {{ ref('reported_payment_attempt') }} as stated
    inner join obligations using (feed, unit, period, person_key, item)
    order by
        stated.feed, stated.unit, stated.period, stated.person_key, stated.item, stated.batch_no,
        stated.stated_on desc, stated.revision desc, stated.part desc, stated.sheet desc, stated.line desc
),

placed as (
    select
        attempts.*,
        row_number() over (
            partition by batch_no order by stated_on, revision, feed, unit, part, sheet, line, period, item, person_key
        )::integer as place,
        row_number() over (
            partition by feed, unit, period, person_key, item order by is_latest, stated_on, revision, batch_no
        )::integer as attempt_no
    from attempts
)

select
    feed, unit, period, person_key, item, batch_no, account_key, amount, listed_on, signed_on, approved_on, sent_on,
    place, attempt_no,
    row_number() over (partition by batch_no, account_key, amount order by place)::integer as kth
from placed
