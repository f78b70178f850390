-- Findings on the payments of a post: the rules, each with its days, unbounded if nothing ends them.
with
lines as (
    select *, coalesce(paid_on, period_end + 1) as paid_from from {{ ref('int_post_payment') }}
),

paid_not_present as (
    select
        county_code, post_no, daterange(paid_from, null) as days, person_key, null::date as start_on, period,
        null::text as other_unit, null::text as other_key, null::uuid as approver_key, amount_paid as amount
    from lines
    where days_present = 0 and amount_paid > 0
),

paid_not_holder as (
    select
        county_code, post_no, daterange(paid_from, null) as days, person_key, null::date as start_on, period,
        null::text as other_unit, null::text as other_key, null::uuid as approver_key, amount_paid as amount
    from lines
    where not is_holder and amount_paid > 0
),

-- The account of a holder's latest line, and another person paid through it (the first of several).
latest_lines as (
    select distinct on (county_code, post_no, person_key) county_code, post_no, person_key, account_key
    from lines
    order by county_code, post_no, person_key, period desc
),

accounts as (
    select account_key, person_key, county_code as unit, post_no as item, false as is_relief from lines
    union all
    select account_key, person_key, project_no, crew, true from {{ ref('fct_relief_payroll_line') }}
),

shared_accounts as (
    select distinct on (line.county_code, line.post_no, line.person_key)
        line.*, other.unit as other_unit, nullif(other.item, '') as other_key
    from latest_lines as line
    inner join accounts as other
        on line.account_key = other.account_key and line.person_key <> other.person_key
            and (other.is_relief or (line.county_code, line.post_no) <> (other.unit, other.item))
    order by line.county_code, line.post_no, line.person_key, other.unit, other.item
),

paid_to_other_account as (
    select
        county_code, post_no, daterange((array_agg(lines.paid_from order by lines.period))[1], null) as days,
        person_key, null::date as start_on, min(lines.period) as period, shared.other_unit, shared.other_key,
        null::uuid as approver_key, sum(lines.amount_paid) as amount
    from shared_accounts as shared
    inner join lines using (county_code, post_no, person_key, account_key)
    group by county_code, post_no, person_key, shared.other_unit, shared.other_key
),

arrears_30d as (
    select
        county_code, post_no,
        daterange(
            pay_due_on + {{ finding_threshold('arrears_30d') }}, case when amount_paid >= amount_due then paid_on end
        ) as days,
        person_key, null::date as start_on, period, null::text as other_unit, null::text as other_key,
        null::uuid as approver_key, amount_due - amount_paid as amount
    from lines
    where pay_due_on + {{ finding_threshold('arrears_30d') }} <= {{ tonight_date() }}
        and (amount_paid < amount_due or paid_on > pay_due_on + {{ finding_threshold('arrears_30d') }})
)

{{ post_finding_instances(['paid_not_present', 'paid_not_holder', 'paid_to_other_account', 'arrears_30d']) }}
