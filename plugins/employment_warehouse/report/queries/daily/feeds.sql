-- Feeds by county, and over all units; of a held one the numbers of the deliveries, for a release.
with held as (
    select feed, county_code, string_agg(distinct delivery_id::text, '、') as delivery_numbers
    from marts.data_quality
    where not success and severity = 'critical' and waiver is null and delivery_id is not null
    group by feed, county_code
)

select
    timeliness.feed, timeliness.county_code, timeliness.status, timeliness.days_stale,
    timeliness.rows_read, timeliness.rows_landed, timeliness.rows_rejected, held.delivery_numbers
from marts.feed_timeliness as timeliness
left join held on timeliness.status = 'held' and held.feed = timeliness.feed and held.county_code = timeliness.county_code
order by timeliness.feed, timeliness.county_code
