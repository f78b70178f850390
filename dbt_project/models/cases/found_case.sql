{%- set case_columns = [
    'case_kind', 'finding', 'case_key', 'source_on', 'county_code', 'township_code', 'situation', 'acting_name',
    'hanging_stage', 'amount', 'lines', 'evidence',
] -%}
-- What tonight's marts find that someone has to act on. `source_on` is the day on which it began, where the source
-- knows it; `situation` and `acting_name` say who is to act.
with
households as (
    select
        'zero_employment_household' as case_kind, 'zero_employment_household' as finding,
        concat_ws('·', county_code, household_no) as case_key,
        opened_on as source_on, county_code, township_code, '*' as situation, null::text as acting_name,
        null::text as hanging_stage, null::numeric as amount, 1 as lines,
        jsonb_build_object(
            'county_code', county_code, 'household_no', household_no, 'opened_on', opened_on
        ) as evidence
    from {{ ref('zero_employment_household') }}
    where cleared_on is null and is_relocated
),

risks as (
    select
        'return_risk' as case_kind, 'return_risk' as finding, concat_ws('·', county_code, household_no) as case_key,
        null::date as source_on, county_code, township_code, '*' as situation, null::text as acting_name,
        null::text as hanging_stage, amount_unpaid as amount, 1 as lines,
        jsonb_build_object('county_code', county_code, 'household_no', household_no) as evidence
    from {{ ref('return_risk') }}
    where risk_level = 'warning'
),

payroll_lines as (
    select
        checked.*, checked.finding in ('unpaid', 'underpaid') as is_owed,
        {% for stage in ['listed', 'signed', 'approved', 'sent'] -%}
        checked.amount_paid < checked.amount_due and line.{{ stage }}_on is null as is_not_{{ stage }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from {{ ref('relief_payroll_check') }} as checked
    inner join {{ ref('fct_relief_payroll_line') }} as line using (project_no, period, person_key, crew)
    where checked.finding <> 'paid_late'
),

payrolls as (
    select
        county_code, project_no, period, finding, is_owed,
        min(pay_due_on) as pay_due_on,
        sum(case when is_owed then amount_due - amount_paid else amount_due end) as amount,
        count(*)::integer as lines,
        count(*) filter (where is_not_listed) as not_listed,
        count(*) filter (where is_not_signed) as not_signed,
        count(*) filter (where is_not_approved) as not_approved,
        count(*) filter (where is_not_sent) as not_sent
    from payroll_lines
    group by county_code, project_no, period, finding, is_owed
),

-- Wages hang where most of their unpaid lines have no date, at the earliest such stage; with all dates, at the bank.
hanging_payrolls as (
    select
        payrolls.*,
        case
            when not is_owed then null
            when greatest(not_listed, not_signed, not_approved, not_sent) = 0 then 'credit'
            when not_listed >= greatest(not_signed, not_approved, not_sent) then 'list'
            when not_signed >= greatest(not_approved, not_sent) then 'sign'
            when not_approved >= not_sent then 'approve'
            else 'send'
        end as hanging_stage
    from payrolls
),

wages as (
    select
        'relief_payroll' as case_kind, payroll.finding,
        concat_ws('·', payroll.project_no, payroll.period, payroll.finding) as case_key,
        case when payroll.is_owed then payroll.pay_due_on + 1 end as source_on,
        payroll.county_code, project.township_code,
        coalesce(payroll.hanging_stage, '*') as situation,
        case
            when payroll.hanging_stage in ('list', 'sign') then project.contractor
            when payroll.hanging_stage in ('approve', 'send') then project.owner_unit
        end as acting_name,
        payroll.hanging_stage, payroll.amount, payroll.lines,
        jsonb_build_object(
            'project_no', payroll.project_no, 'period', payroll.period, 'finding', payroll.finding
        ) as evidence
    from hanging_payrolls as payroll
    left join {{ ref('dim_relief_project') }} as project using (project_no)
),

posts as (
    select
        'public_post' as case_kind, finding, concat_ws('·', county_code, post_no, finding) as case_key,
        opened_on as source_on, county_code, township_code, '*' as situation, null::text as acting_name,
        null::text as hanging_stage, amount, 1 as lines,
        jsonb_build_object(
            'county_code', county_code, 'post_no', post_no, 'finding', finding, 'opened_on', opened_on
        ) as evidence
    from {{ ref('public_post_finding') }}
    where closed_on is null
),

-- A workshop is flagged in the second of the months in which it is below the standard.
workshops as (
    select
        'workshop_exit' as case_kind, 'workshop_exit' as finding,
        concat_ws('·', county_code, workshop_no) as case_key,
        (month - interval '1 month')::date as source_on, county_code, township_code, '*' as situation,
        null::text as acting_name, null::text as hanging_stage, subsidy_amount as amount, 1 as lines,
        jsonb_build_object('county_code', county_code, 'workshop_no', workshop_no, 'month', month) as evidence
    from {{ ref('workshop_monitor') }}
    where exit_flag and month = date_trunc('month', {{ tonight_date() }})
),

open_disputes as (
    select
        *,
        case
            when accepted_on <= {{ tonight_date() }} then 'open_over_45d'
            else 'waiting_over_5d'
        end as finding,
        case
            when accepted_on <= {{ tonight_date() }} then close_overdue_on
            else accept_overdue_on
        end as overdue_on
    from {{ ref('fct_dispute') }}
    where filed_on <= {{ tonight_date() }}
        and coalesce(closed_on, 'infinity') > {{ tonight_date() }}
        and coalesce(left_out_on, 'infinity') > {{ tonight_date() }}
),

disputes as (
    select
        'dispute_overdue' as case_kind, finding, concat_ws('·', county_code, case_no, person_key) as case_key,
        overdue_on as source_on, county_code, null::text as township_code, '*' as situation, null::text as acting_name,
        null::text as hanging_stage, coalesce(amount_claimed, 0) as amount, 1 as lines,
        jsonb_build_object('county_code', county_code, 'case_no', case_no, 'person_key', person_key) as evidence
    from open_disputes
    where overdue_on <= {{ tonight_date() }}
),

long_term_unemployed as (
    select
        standing.*,
        (
            standing.unemployed_since + make_interval(months => {{ setting('youth_long_term_months', 'integer') }})
        )::date as long_term_on
    from {{ ref('int_study_standing') }} as standing
    inner join {{ ref('int_register_start') }} as register using (county_code)
    where standing.standing = 'unemployed'
),

graduates as (
    select
        'youth_long_term' as case_kind, 'youth_long_term' as finding,
        concat_ws('·', person_key, enrolled_on) as case_key,
        long_term_on as source_on, county_code, township_code, '*' as situation, null::text as acting_name,
        null::text as hanging_stage, null::numeric as amount, 1 as lines,
        jsonb_build_object('person_key', person_key, 'enrolled_on', enrolled_on) as evidence
    from long_term_unemployed
    where long_term_on <= {{ tonight_date() }}
),

feeds as (
    select
        'feed' as case_kind, 'feed' as finding, concat_ws('·', feed, unit) as case_key,
        silent_since as source_on, county_code, township_code,
        case when owner_unit is null then '*' else 'project' end as situation, owner_unit as acting_name,
        null::text as hanging_stage, null::numeric as amount, 1 as lines,
        jsonb_build_object('feed', feed, 'unit', unit) as evidence
    from {{ ref('silent_feed') }}
)

{% for kind in ['households', 'risks', 'wages', 'posts', 'workshops', 'disputes', 'graduates', 'feeds'] -%}
select {{ case_columns | join(', ') }} from {{ kind }}
{{ 'union all' if not loop.last }}
{% endfor %}
