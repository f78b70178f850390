-- Each public post as its latest tenure describes it.
select distinct on (county_code, post_no)
    county_code, post_no, post_category, township_code, village_code, is_full_time, term_months, monthly_subsidy
from {{ ref('fct_post_tenure') }}
order by county_code, post_no, start_on desc, reported_start_on desc, person_key
