{%- set finding_columns = [
    'county_code', 'post_no', 'days', 'person_key', 'start_on', 'period', 'other_unit', 'other_key', 'approver_key',
    'amount',
] -%}
{%- set rule_of = "(select threshold::integer from rules where finding = '%s')" -%}
-- What is odd about a post, for a person to look at: of each finding the days on which it holds, from the first
-- register of the prefecture to the report date. A case is a run of such days.
with
rules as (
    select finding, threshold from {{ ref('int_finding_rule') }} where enabled
),

tenures as (
    select
        county_code, post_no, person_key, start_on, reported_start_on, end_on, term_months, is_full_time, approver_key,
        {{ plain_text('relation_to_approver') }} as relation_to_approver,
        daterange(start_on, end_on, '[]') as days
    from {{ ref('fct_post_tenure') }}
    where start_on <= {{ tonight_date() }}
),

lines as (
    select *, coalesce(paid_on, period_end + 1) as paid_from from {{ ref('int_post_payment') }}
),

-- The rules, each with the days of its own: unbounded where nothing ends it. The registers are joined only while the
-- rule on kinship is on.
kin_of_approver as (
    select
        tenures.county_code, tenures.post_no,
        tenures.days * daterange(holder.valid_from, holder.valid_to) * daterange(approver.valid_from, approver.valid_to)
            as days,
        tenures.person_key, tenures.start_on, null::date as period, null::text as other_unit, null::text as other_key,
        tenures.approver_key, null::numeric as amount
    from tenures
    inner join {{ ref('dim_person') }} as holder on tenures.person_key = holder.person_key
    inner join {{ ref('dim_person') }} as approver
        on tenures.approver_key = approver.person_key and holder.county_code = approver.county_code
            and holder.household_no = approver.household_no
    where (select true from rules where finding = 'kin_of_approver')
    union all
    select
        county_code, post_no, days, person_key, start_on, null, null, null, approver_key, null
    from tenures
    where person_key = approver_key
        or relation_to_approver in (
            select {{ plain_text('text') }} from {{ ref('kin_relation') }} where is_kin
        )
),

-- A tenure that was short counts from its last day for as long as the window reaches.
short_tenures as (
    select
        county_code, post_no, person_key, start_on, end_on as valid_from,
        end_on + {{ setting('post_window_days', 'integer') }} as valid_to
    from tenures
    where end_on <= {{ tonight_date() }} and end_on - start_on + 1 < {{ setting('post_short_days', 'integer') }}
),

spans as ({{ elementary_spans('short_tenures', ['county_code', 'post_no']) }}),

short_tenures_of_spans as (
    select short_tenures.*, daterange(spans.valid_from, spans.valid_to) as days
    from spans
    inner join short_tenures
        on spans.county_code = short_tenures.county_code and spans.post_no = short_tenures.post_no
            and short_tenures.valid_from <= spans.valid_from and short_tenures.valid_to > spans.valid_from
),

crowded_spans as (
    select county_code, post_no, days
    from short_tenures_of_spans
    group by county_code, post_no, days
    having count(distinct person_key) >= {{ rule_of % 'rotated' }}
),

rotated as (
    select
        county_code, post_no, days, person_key, start_on, null::date as period, null::text as other_unit,
        null::text as other_key, null::uuid as approver_key, null::numeric as amount
    from short_tenures_of_spans
    inner join crowded_spans using (county_code, post_no, days)
),

full_time_elsewhere as (
    select
        tenures.*, spell.county_code as other_unit,
        concat_ws('|', spell.employer_uscc, spell.reported_start_on) as other_key,
        tenures.days * daterange(spell.start_on, spell.end_on, '[]') * daterange(null, {{ tonight_date() }}, '[]')
            as common_days
    from tenures
    inner join {{ ref('fct_employment_spell') }} as spell
        on tenures.person_key = spell.person_key and spell.channel in ('enterprise', 'workshop')
    where tenures.is_full_time
),

not_in_need as (
    select
        county_code, post_no, common_days as days, person_key, start_on, null::date as period, other_unit, other_key,
        null::uuid as approver_key, null::numeric as amount
    from full_time_elsewhere
    where upper(common_days) - lower(common_days) >= {{ rule_of % 'not_in_need' }}
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

-- An account of a holder's latest line, and who else is paid through it: of several the first.
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
            pay_due_on + {{ rule_of % 'arrears_30d' }}, case when amount_paid >= amount_due then paid_on end
        ) as days,
        person_key, null::date as start_on, period, null::text as other_unit, null::text as other_key,
        null::uuid as approver_key, amount_due - amount_paid as amount
    from lines
    where pay_due_on + {{ rule_of % 'arrears_30d' }} <= {{ tonight_date() }}
        and (amount_paid < amount_due or paid_on > pay_due_on + {{ rule_of % 'arrears_30d' }})
),

-- The told start, not the corrected one: a renewal begins a term of its own.
over_term as (
    select
        county_code, post_no,
        days * daterange((reported_start_on + make_interval(months => term_months))::date, null) as days,
        person_key, start_on, null::date as period, null::text as other_unit, null::text as other_key,
        null::uuid as approver_key, null::numeric as amount
    from tenures
    where term_months > 0
),

duplicate_holder as (
    select
        tenures.county_code, tenures.post_no, tenures.days * other.days as days, tenures.person_key, tenures.start_on,
        null::date as period, other.county_code as other_unit, other.post_no as other_key,
        null::uuid as approver_key, null::numeric as amount
    from tenures
    inner join tenures as other
        on tenures.person_key = other.person_key
            and (tenures.county_code, tenures.post_no) <> (other.county_code, other.post_no)
),

findings as (
    {% for finding in [
        'kin_of_approver', 'rotated', 'not_in_need', 'paid_not_present', 'paid_not_holder', 'paid_to_other_account',
        'arrears_30d', 'over_term', 'duplicate_holder',
    ] -%}
    select '{{ finding }}' as finding, {{ finding_columns | join(', ') }} from {{ finding }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

instances as (
    select
        findings.finding, {{ prefixed(finding_columns | reject('equalto', 'days') | list, 'findings') }},
        findings.days * daterange(null, {{ tonight_date() }}, '[]') as days
    from findings
    inner join rules using (finding)
),

runs as (
    select county_code, post_no, finding, unnest(range_agg(days)) as days
    from instances
    group by county_code, post_no, finding
),

-- Posts of a county without a register of labour are not shown.
cases as (
    select runs.*, runs.days * daterange(prefecture.first_register_on, null) as shown_days
    from runs
    inner join {{ ref('int_register_start') }} as county using (county_code)
    inner join {{ ref('int_register_start') }} as prefecture on prefecture.county_code = {{ prefecture() }}
    where not isempty(runs.days * daterange(prefecture.first_register_on, null))
),

evidence as (
    select
        cases.county_code, cases.post_no, cases.finding, cases.shown_days,
        instances.person_key, instances.start_on, instances.period, instances.other_unit, instances.other_key,
        instances.approver_key,
        sum(instances.amount) filter (where instances.days && cases.shown_days) as amount
    from cases
    inner join instances
        on cases.county_code = instances.county_code and cases.post_no = instances.post_no
            and cases.finding = instances.finding and cases.days @> instances.days and not isempty(instances.days)
    group by
        cases.county_code, cases.post_no, cases.finding, cases.shown_days,
        instances.person_key, instances.start_on, instances.period, instances.other_unit, instances.other_key,
        instances.approver_key
),

described as (
    select
        county_code, post_no, finding, shown_days,
        jsonb_agg(
            jsonb_strip_nulls(
                jsonb_build_object(
                    'person_key', person_key, 'start_on', start_on, 'period', period, 'other_unit', other_unit,
                    'other_key', other_key, 'approver_key', approver_key
                )
            )
            order by person_key, start_on, period, other_unit collate "C", other_key collate "C"
        ) as evidence,
        sum(amount) as amount
    from evidence
    group by county_code, post_no, finding, shown_days
)

select
    described.county_code, described.post_no, described.finding,
    lower(described.shown_days) as opened_on,
    case when upper(described.shown_days) <= {{ tonight_date() }} then upper(described.shown_days) end as closed_on,
    described.evidence,
    described.amount::numeric(14, 2) as amount,
    post.township_code
from described
left join {{ ref('dim_post') }} as post using (county_code, post_no)
