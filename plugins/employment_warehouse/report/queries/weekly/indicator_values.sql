select
    indicator, county_code, period_from, period_to, value, previous_value, change, rank, previous_rank, target_value,
    coverage, obs_status
from marts.report_weekly
order by indicator, county_code
