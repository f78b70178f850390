-- Each attempt to pay a line of wages that is in force: the line, the batch that it was sent in, its account and
-- amount, its place in the batch (in file order), and its ordinal among equal (batch, account, amount).
with
obligations as (
    select 'relief_payroll' as feed, unit, period, person_key, crew as item, batch_no, account_key, amount_paid
    from {{ ref('reported_relief_payroll') }} where seen_to is null
    union all
    select 'public_post_payment' as feed, unit, period, person_key, post_no as item, batch_no, account_key, amount_paid
    from {{ ref('reported_public_post_payment') }} where seen_to is null
),

-- Of several statements about an attempt the one of the last revision counts; for the batch in force it is the one that
-- the line in force makes. Lines that are no longer in force are left out.
attempts as (
    select distinct on (
        statement.feed, statement.unit, statement.period, statement.person_key, statement.item, statement.batch_no
    )
        statement.*, coalesce(statement.batch_no = obligations.batch_no, false) as is_latest
    from {{ ref('reported_payment_attempt') }} as statement
    inner join obligations using (feed, unit, period, person_key, item)
    order by
        statement.feed, statement.unit, statement.period, statement.person_key, statement.item, statement.batch_no,
        (statement.batch_no, statement.account_key, statement.amount) is not distinct from (
            obligations.batch_no,
            {{ account_or_nil('obligations.account_key') }},
            obligations.amount_paid::numeric(14, 2)
        ) desc,
        statement.last_stated_on desc, {{ part_order('statement', 'desc') }}, statement.last_revision desc,
        statement.sheet desc, statement.line desc
),

-- The order of the sheets in their workbook is in the ledger.
sheets as (
    select
        delivery.feed, delivery.unit, delivery.report_date, delivery.part, delivery.revision, sheet.name, sheet.number
    from {{ source('ops', 'delivery') }} as delivery
    cross join lateral
        jsonb_array_elements_text(delivery.understood -> 'sheets') with ordinality as sheet (name, number)
    where delivery.feed in (select distinct feed from obligations)
),

attempts_in_order as (
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
    feed, unit, period, person_key, item, batch_no, account_key, amount, listed_on, signed_on, approved_on,
    last_sent_on as sent_on, last_paid_on, place, attempt_no,
    row_number() over (partition by batch_no, account_key, amount order by place)::integer as ordinal
from attempts_in_order
