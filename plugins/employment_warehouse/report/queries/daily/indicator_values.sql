select
    indicator, county_code, period_from, period_to, value, previous_value, change, rank, target_value, coverage,
    obs_status
from marts.report_daily
order by indicator, county_code
