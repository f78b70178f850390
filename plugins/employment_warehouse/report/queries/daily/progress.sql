select
    county_code, target_code, basis, target_value, actual_value, progress_rate, scheduled_value,
    coverage, change_1d, change_7d, deadline, required_daily_change, on_track,
    obs_status, carried_forward
from marts.target_progress
order by target_code, basis, county_code
