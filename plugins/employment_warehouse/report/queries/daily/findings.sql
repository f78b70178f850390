select county_code, finding, lines, amount
from marts.payroll_finding_summary
order by finding, county_code
