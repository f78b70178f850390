select feed, county_code, status, days_stale, rows_read, rows_landed, rows_rejected
from marts.feed_timeliness
where county_code <> %(prefecture)s
order by feed, county_code
