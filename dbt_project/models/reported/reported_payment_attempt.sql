-- Every batch in which a line of wages was ever sent, by any accepted revision: one row for each statement (account,
-- amount), at the place where it was first made, with the revision that made it last and the dates that this one gives.
-- A line without an account has the nil token, which no return can name.
with
new_statements as (
    {% for feed, item in [('relief_payroll', "coalesce(line.crew, '')"), ('public_post_payment', 'line.post_no')] -%}
    select
        '{{ feed }}' as feed, delivery.unit, line.period, line.person_key, {{ item }} as item, line.batch_no,
        {{ account_or_nil('line.account_key') }} as account_key,
        line.amount_paid::numeric(14, 2) as amount,
        {% for stage in ['listed_on', 'signed_on', 'approved_on'] -%}
        {{ 'line.' ~ stage if feed == 'relief_payroll' else 'null::date' }} as {{ stage }},
        {% endfor -%}
        delivery.report_date as stated_on, delivery.revision, delivery.part, line.sheet, line.line,
        delivery.report_date as last_stated_on, delivery.revision as last_revision,
        {{ 'line.sent_on' if feed == 'relief_payroll' else 'null::date' }} as last_sent_on,
        line.paid_on as last_paid_on
    from {{ source('landing', feed) }} as line
    inner join {{ source('ops', 'delivery') }} as delivery on line.delivery_id = delivery.delivery_id
    where delivery.feed = '{{ feed }}' and delivery.status = 'accepted'
        and delivery.build = {{ tonight_build() }} and line.batch_no is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

statements as (
    select * from new_statements
    union all
    select {{ prefixed([
        'feed', 'unit', 'period', 'person_key', 'item', 'batch_no', 'account_key', 'amount', 'listed_on',
        'signed_on', 'approved_on', 'stated_on', 'revision', 'part', 'sheet', 'line',
        'last_stated_on', 'last_revision', 'last_sent_on', 'last_paid_on',
    ], 'earlier') }}
    from {{ this }} as earlier
    inner join (select distinct feed, unit from new_statements) as units
        on earlier.feed = units.feed and earlier.unit = units.unit
)

select distinct on (feed, unit, period, person_key, item, batch_no, account_key, amount)
    feed, unit, period, person_key, item, batch_no, account_key, amount,
    {% for stage in ['listed_on', 'signed_on', 'approved_on'] -%}
    first_value({{ stage }}) over latest as {{ stage }},
    {% endfor -%}
    stated_on, revision, part, sheet, line,
    first_value(last_stated_on) over latest as last_stated_on,
    first_value(last_revision) over latest as last_revision,
    first_value(last_sent_on) over latest as last_sent_on,
    first_value(last_paid_on) over latest as last_paid_on
from statements
window
    statement as (partition by feed, unit, period, person_key, item, batch_no, account_key, amount),
    latest as (statement order by last_stated_on desc, last_revision desc)
order by
    feed, unit, period, person_key, item, batch_no, account_key, amount,
    stated_on, revision, {{ part_order() }}, sheet, line
