{%- set instance_columns = [
    'finding', 'county_code', 'post_no', 'person_key', 'start_on', 'period', 'other_unit', 'other_key', 'approver_key',
    'amount', 'days',
] -%}
-- Findings on a post, for a person to check: for each finding the days on which it holds, from the first
-- register of the prefecture to the report date. A case is a run of such days.
with
instances as (
    select {{ instance_columns | join(', ') }} from {{ ref('int_post_tenure_finding') }}
    union all
    select {{ instance_columns | join(', ') }} from {{ ref('int_post_holder_finding') }}
    union all
    select {{ instance_columns | join(', ') }} from {{ ref('int_post_payment_finding') }}
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
            and cases.finding = instances.finding and cases.days @> instances.days
    group by
        cases.county_code, cases.post_no, cases.finding, cases.shown_days,
        instances.person_key, instances.start_on, instances.period, instances.other_unit, instances.other_key,
        instances.approver_key
),

findings as (
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
    findings.county_code, findings.post_no, findings.finding,
    lower(findings.shown_days) as opened_on,
    case when upper(findings.shown_days) <= {{ tonight_date() }} then upper(findings.shown_days) end as closed_on,
    findings.evidence,
    findings.amount::numeric(14, 2) as amount,
    post.township_code
from findings
left join {{ ref('dim_post') }} as post using (county_code, post_no)
