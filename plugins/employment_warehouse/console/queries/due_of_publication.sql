-- The prefecture's row counts all units once more: it is there where it says what no county's row does, of the
-- platform, of a unit whose county is not known, or of a source that has never delivered
-- (so too in report/queries/daily/feeds.sql).
select f.feed, f.county_code as unit, f.expected_by as due_at, null::bigint as delivery_id, f.arrived_at, f.status
from marts.feed_timeliness f
where
    f.county_code <> ops.prefecture()
    or not exists (
        select 1 from marts.feed_timeliness county
        where county.feed = f.feed and county.county_code <> f.county_code
        having
            bool_or(county.status = f.status)
            and sum(county.units_due - county.units_reported) >= f.units_due - f.units_reported
    )
order by f.feed, f.county_code
