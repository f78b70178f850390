-- What the sources say has come to an end, and when: only these cases are resolved, all others are merely gone.
with
-- The lines behind a case of wages, as the last publication had them.
owed_before as (
    select
        known.finding, known.case_key, known.evidence ->> 'project_no' as project_no,
        (known.evidence ->> 'period')::date as period,
        (line ->> 'person_key')::uuid as person_key, line ->> 'crew' as crew
    from {{ published_rows('finding_case') }} as known
    cross join lateral jsonb_array_elements(known.line_keys) as line
    where known.case_kind = 'relief_payroll' and known.finding in ('unpaid', 'underpaid') and known.closed_on is null
),

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
    select 'relief_payroll', owed.finding, owed.case_key, max(line.paid_on)
    from owed_before as owed
    inner join {{ ref('fct_relief_payroll_line') }} as line using (project_no, period, person_key, crew)
    where line.amount_paid >= line.amount_due
    group by owed.finding, owed.case_key
)

select case_kind, finding, case_key, ended_on
from ended
where ended_on <= {{ tonight_date() }}
