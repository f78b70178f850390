-- Feeds by county, as the console lists them.
select feed, county_code, status, days_stale, rows_read, rows_landed, rows_rejected
from marts.feed_timeliness
inner join ops.listed_feeds() using (feed, county_code)
order by feed, county_code
