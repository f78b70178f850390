-- Each attempt to pay a line of wages that is in force: the line, the batch that it was sent in, its account and
-- amount, its place in the batch (in file order), and the how-many-eth it is of equal (batch, account, amount).
with
obligations as (
    select 'relief_payroll' as feed, unit, period, person_key, crew as item, batch_no, account_key, amount_paid
    from {{ ref('reported_relief_payroll') }} where seen_to is null
    union all
    select 'public_post_payment' as feed, unit, period, person_key, post_no as item, batch_no, account_key, amount_paid
    from {{ ref('reported_public_post_payment') }} where seen_to is null
),

-- Of what was stated of an attempt the latest counts: of the latest batch what the line says that is in force, for it
-- may have been said before. Lines that no file in force has do not compete.
attempts as (
    select distinct on (stated.feed, stated.unit, stated.period, stated.person_key, stated.item, stated.batch_no)
        stated.*, coalesce(stated.batch_no = obligations.batch_no, false) as is_latest
    from {{ ref('reported_payment_attempt') }} as stated
    inner join obligations using (feed, unit, period, person_key, item)
    order by
        stated.feed, stated.unit, stated.period, stated.person_key, stated.item, stated.batch_no,
        (stated.batch_no, stated.account_key, stated.amount) is not distinct from (
            obligations.batch_no,
            {{ account_or_nil('obligations.account_key') }},
            obligations.amount_paid::numeric(14, 2)
        ) desc,
        stated.stated_on desc, {{ part_order('stated', 'desc') }}, stated.revision desc,
        stated.sheet desc, stated.line desc
),

-- Sheets stand in the order of their workbook, which the ledger has.
sheets as (
    select
        delivery.feed, delivery.unit, delivery.report_date, delivery.part, delivery.revision, sheet.name, sheet.number
    from {{ source('ops', 'delivery') }} as delivery
    cross join lateral
        jsonb_array_elements_text(delivery.understood -> 'sheets') with ordinality as sheet (name, number)
    where delivery.feed in (select distinct feed from obligations)
),

placed as (
    select
        attempts.*,
        row_number() over (
            partition by attempts.batch_no
            order by
                attempts.stated_on, attempts.revision, attempts.feed, attempts.unit, {{ part_order('attempts') }},
                sheets.number, attempts.line, attempts.period, attempts.item, attempts.person_key
        )::integer as place,
        row_number() over (
            partition by attempts.feed, attempts.unit, attempts.period, attempts.person_key, attempts.item
            order by attempts.is_latest, attempts.stated_on, attempts.revision, attempts.batch_no
        )::integer as attempt_no
    from attempts
    left join sheets
        on attempts.feed = sheets.feed and attempts.unit = sheets.unit and attempts.stated_on = sheets.report_date
        and attempts.part = sheets.part and attempts.revision = sheets.revision and attempts.sheet = sheets.name
)

select
    feed, unit, period, person_key, item, batch_no, account_key, amount, listed_on, signed_on, approved_on, sent_on,
    place, attempt_no,
    row_number() over (partition by batch_no, account_key, amount order by place)::integer as ordinal
from placed
