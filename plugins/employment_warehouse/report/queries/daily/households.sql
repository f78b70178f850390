-- By county and for the prefecture; since when the longest of the open cases has been open.
with open_since as (
    select coalesce(county_code, %(prefecture)s) as county_code, min(opened_on) as open_since
    from marts.zero_employment_household
    where cleared_on is null
    group by rollup (county_code)
)

select
    summary.county_code,
    sum(summary.open_cases) as open_cases,
    sum(summary.open_cases) filter (where summary.is_relocated) as open_relocated,
    sum(summary.opened_7d) as opened_7d,
    sum(summary.cleared_7d) as cleared_7d,
    min(open_since.open_since) as open_since
from marts.zero_employment_summary as summary
left join open_since using (county_code)
group by summary.county_code
order by summary.county_code
