-- Each posting of the talent site that the platform has not deleted; days are Beijing's.
select
    posting_id,
    {{ employer_key('employer_uscc', 'employer_name') }} as employer_key,
    employer_name, employer_uscc, title, industry, work_division_code, headcount, channel,
    wage_min::numeric(14, 2) as wage_min,
    wage_max::numeric(14, 2) as wage_max,
    {{ beijing_day('opened_at') }} as opened_on,
    {{ beijing_day('closed_at') }} as closed_on
from {{ ref('reported_job_posting') }}
where not coalesce(is_deleted, false)
