-- Cases whose source reports an end, and when: only these are resolved; the others just disappear.
with
ended as (
    select
        'zero_employment_household' as case_kind, 'zero_employment_household' as finding,
        concat_ws('·', county_code, household_no) as case_key, cleared_on as ended_on
    from {{ ref('zero_employment_household') }}
    union all
    select 'public_post', finding, concat_ws('·', county_code, post_no, finding), closed_on
    from {{ ref('public_post_finding') }}
    union all
    select
        'dispute_overdue', overdue.finding, concat_ws('·', dispute.county_code, dispute.case_no, dispute.person_key),
        least(dispute.closed_on, dispute.left_out_on, overdue.answered_on)
    from {{ ref('fct_dispute') }} as dispute
    cross join lateral (
        values ('open_over_45d', null::date), ('waiting_over_5d', dispute.accepted_on)
    ) as overdue (finding, answered_on)
    union all
    -- Wages are settled when the last of the payroll's lines that was paid in full was paid.
    select
        'relief_payroll', owed.finding, concat_ws('·', line.project_no, line.period, owed.finding),
        max(line.paid_on)
    from {{ ref('fct_relief_payroll_line') }} as line
    cross join (values ('unpaid'), ('underpaid')) as owed (finding)
    where line.amount_paid >= line.amount_due
    group by owed.finding, line.project_no, line.period
)

select case_kind, finding, case_key, ended_on
from ended
where ended_on <= {{ tonight_date() }}
