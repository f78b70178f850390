{%- set case_columns = [
    'case_kind', 'finding', 'case_key', 'source_on', 'county_code', 'township_code', 'situation', 'acting_name',
    'hanging_stage', 'amount', 'lines', 'evidence',
] -%}
-- Cases from tonight's marts that someone has to act on. `source_on` is the day on which the case began, if the source
-- gives it; `situation` and `acting_name` identify who must act.
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

wages as (select * from {{ ref('found_payroll_case') }}),

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

-- A workshop is flagged in the last of the months in which it must be below the standard; the case began in the first.
workshops as (
    select
        'workshop_exit' as case_kind, 'workshop_exit' as finding,
        concat_ws('·', county_code, workshop_no) as case_key,
        judged_from as source_on, county_code, township_code, '*' as situation,
        null::text as acting_name, null::text as hanging_stage, subsidy_amount as amount, 1 as lines,
        jsonb_build_object('county_code', county_code, 'workshop_no', workshop_no, 'month', month) as evidence
    from {{ ref('workshop_monitor') }}
    inner join {{ ref('int_workshop_standard') }} using (county_code, month)
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
