select county_code, household_no, is_relocated, opened_on
from marts.zero_employment_household
where cleared_on is null
order by county_code, household_no
