select f.feed, f.county_code as unit, f.expected_by as due_at, null::bigint as delivery_id, f.arrived_at, f.status
from marts.feed_timeliness as f
inner join ops.listed_feeds() using (feed, county_code)
order by f.feed, f.county_code
