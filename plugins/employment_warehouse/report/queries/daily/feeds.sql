-- Feeds by county, and over all units; of a held one the numbers of the deliveries, for a release: whichever build of the
-- date has held them.
with held as (
    select
        feed, case when unit = any(ops.county_codes()) then unit else %(prefecture)s end as county_code,
        string_agg(delivery_id::text, '、' order by delivery_id) as delivery_numbers
    from ops.current_delivery
    where status = 'held'
    group by 1, 2
)

select
    timeliness.feed, timeliness.county_code, timeliness.status, timeliness.days_stale,
    timeliness.rows_read, timeliness.rows_landed, timeliness.rows_rejected, held.delivery_numbers
from marts.feed_timeliness as timeliness
left join held on timeliness.status = 'held' and held.feed = timeliness.feed and held.county_code = timeliness.county_code
order by timeliness.feed, timeliness.county_code
