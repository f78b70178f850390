-- Each applicant's part in a dispute as the latest snapshot that names it describes it. One that the county's next
-- snapshot leaves out before its end is gone without an end; one that had ended has merely aged out.
with
latest as (
    select distinct on (unit, case_no, person_key) *
    from {{ ref('reported_labor_dispute') }}
    order by unit, case_no, person_key, seen_from desc
)

select
    unit as county_code, case_no, person_key, employer_name, dispute_type, filed_on, accepted_on, mediated_on, heard_on,
    closed_on, result,
    amount_claimed::numeric(14, 2) as amount_claimed,
    case when coalesce(closed_on, seen_to) >= seen_to then seen_to end as left_out_on
from latest
