select county_code, finding, count(*) as lines, sum(amount) as amount
from marts.relief_payroll_check
group by county_code, finding
order by finding, county_code
