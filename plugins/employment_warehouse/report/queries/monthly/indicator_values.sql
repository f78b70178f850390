-- What may be shown in public: NULL where a cell is suppressed, which `is_suppressed` distinguishes from no value.
select
    indicator, county_code, period_from, period_to, public_value as value, public_previous as previous_value,
    public_change as change, public_rank as rank, value is not null and public_value is null as is_suppressed,
    target_value, coverage, obs_status, is_restated,
    public_previous_as_published as previous_as_published
from marts.report_monthly
order by indicator, county_code
