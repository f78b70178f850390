select feed, county_code, status, days_stale
from marts.feed_timeliness
where status <> 'on_time'
order by county_code, feed
