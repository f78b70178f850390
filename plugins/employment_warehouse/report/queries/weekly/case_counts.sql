select
    county_code, case_kind,
    count(*) filter (where closed_on is null and waived_until is null) as open_cases,
    count(*) filter (where closed_on is null and waived_until is not null) as waived,
    sum(amount) filter (where closed_on is null and waived_until is null) as amount,
    count(*) filter (where closed_on is null and days_open < 7) as opened_7d,
    count(*) filter (where closed_on > report_date - 7) as closed_7d
from marts.finding_case
group by county_code, case_kind
order by county_code, case_kind
