select county_code, suite, "check" as check_name, severity, observed, expected, unexpected_rows
from marts.data_quality
where not success and severity = 'critical'
order by county_code, suite, check_name
