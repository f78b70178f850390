select
    county_code,
    sum(open_cases) as open_cases,
    sum(open_cases) filter (where is_relocated) as open_relocated,
    sum(opened_7d) as opened_7d,
    sum(cleared_7d) as cleared_7d
from marts.zero_employment_summary
group by county_code
order by county_code
