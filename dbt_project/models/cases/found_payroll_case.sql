-- Cases from tonight's findings on payrolls: one for each project, period and finding. Where unpaid wages are stuck,
-- the line in force says: the signature of an earlier attempt does not sign the list of a re-issue, and what is dated
-- after tonight has not happened.
with
payroll_lines as (
    select
        checked.*, ops.is_owed(checked.finding) as is_owed,
        {% for stage in ['listed', 'signed', 'approved', 'sent'] -%}
        checked.amount_paid < checked.amount_due
        and coalesce(line.{{ stage }}_on > {{ tonight_date() }}, true) as is_not_{{ stage }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from {{ ref('relief_payroll_check') }} as checked
    inner join {{ ref('reported_relief_payroll') }} as line using (project_no, period, person_key, crew)
    where checked.finding <> 'paid_late' and line.seen_to is null
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

-- Wages are stuck at the stage for which most unpaid lines have no date (of several, the earliest); with all dates, at
-- the bank.
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
)

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
