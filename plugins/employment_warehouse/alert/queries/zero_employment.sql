select
    county_code as unit,
    count(*) as households,
    count(*) filter (where is_relocated) as relocated,
    min(opened_on) as since
from marts.zero_employment_household
where cleared_on is null and opened_on > coalesce(%(previous_date)s::date, opened_on - 1) and opened_on <= %(report_date)s
group by county_code
order by county_code
