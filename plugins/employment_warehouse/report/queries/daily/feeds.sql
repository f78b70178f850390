-- Feeds by county. The prefecture's row counts all units once more: it is there where it says what no county's row
-- does, of the platform, of a unit whose county is not known, or of a source that has never delivered
-- (so too in console/queries/due_of_publication.sql).
select
    shown.feed, shown.county_code, shown.status, shown.days_stale,
    shown.rows_read, shown.rows_landed, shown.rows_rejected
from marts.feed_timeliness as shown
where
    shown.county_code <> %(prefecture)s
    or not exists (
        select 1 from marts.feed_timeliness as county
        where county.feed = shown.feed and county.county_code <> shown.county_code
        having
            bool_or(county.status = shown.status)
            and sum(county.units_due - county.units_reported) >= shown.units_due - shown.units_reported
    )
order by shown.feed, shown.county_code
