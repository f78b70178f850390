-- Each public post as the latest snapshot that names it describes it: of several rows the one of the latest start.
select distinct on (unit, post_no)
    unit as county_code, post_no, post_category, township_code, village_code, is_full_time, term_months,
    monthly_subsidy::numeric(14, 2) as monthly_subsidy
from {{ ref('reported_public_post') }}
order by unit, post_no, seen_to desc nulls first, start_date desc, post_category collate "C" desc, person_key
