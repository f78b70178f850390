select f.feed, f.county_code as unit, f.expected_by as due_at, null::bigint as delivery_id, f.arrived_at, f.status
from marts.feed_timeliness as f
where f.county_code <> ops.prefecture()
order by f.feed, f.county_code
