-- Each applicant's part in a dispute as the latest snapshot that names it describes it. One that the county's next
-- snapshot omits before its end disappears without an end; one that had ended has only aged out.
with
latest as (
    select distinct on (unit, case_no, person_key) *
    from {{ ref('reported_labor_dispute') }}
    order by unit, case_no, person_key, seen_from desc
),

calendar as (
    select calendar_date, count(*) filter (where is_working_day) over (order by calendar_date) as working_days
    from {{ ref('dim_date') }}
),

-- The day on which the n-th working day since the calendar's first one falls.
nth_working_days as (
    select working_days, min(calendar_date) as calendar_date from calendar group by working_days
)

select
    latest.unit as county_code, latest.case_no, latest.person_key, latest.employer_name, latest.dispute_type,
    latest.filed_on, latest.accepted_on, latest.mediated_on, latest.heard_on, latest.closed_on, latest.result,
    latest.amount_claimed::numeric(14, 2) as amount_claimed,
    case when {{ is_left_out('latest.closed_on', 'latest.seen_to') }} then latest.seen_to end as left_out_on,
    overdue.calendar_date as accept_overdue_on,
    latest.accepted_on + {{ setting('dispute_close_days', 'integer') }} + 1 as close_overdue_on
from latest
left join calendar
    on greatest(latest.filed_on, (select min(counted.calendar_date) from calendar as counted))
        = calendar.calendar_date
left join nth_working_days as overdue
    on calendar.working_days + {{ setting('dispute_accept_working_days', 'integer') }} + 1
    = overdue.working_days
