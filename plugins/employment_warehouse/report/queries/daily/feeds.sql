-- Feeds by county, and over all units; of a held one the numbers of the deliveries, for a release: whichever build of
-- the date has held them. Projects and batches count in the county of the project, as in the mart.
with night as (
    select report_date from marts.publications where publication = %(publication)s
),

units as (
    select project_no as unit, county_code from marts.dim_relief_project
    union all
    select batch_no, min(county_code) from marts.fct_payment_attempt group by batch_no
),

held as (
    select
        delivery.feed,
        case
            when delivery.unit = any(ops.county_codes()) then delivery.unit
            else coalesce(units.county_code, %(prefecture)s)
        end as county_code,
        string_agg(delivery.delivery_id::text, '、' order by delivery.delivery_id) as delivery_numbers
    from ops.current_delivery as delivery
    inner join night on delivery.night_on = night.report_date
    left join units on delivery.unit = units.unit
    where delivery.status = 'held'
    group by 1, 2
)

select
    timeliness.feed, timeliness.county_code, timeliness.status, timeliness.days_stale,
    timeliness.rows_read, timeliness.rows_landed, timeliness.rows_rejected, held.delivery_numbers
from marts.feed_timeliness as timeliness
left join held on timeliness.status = 'held' and held.feed = timeliness.feed and held.county_code = timeliness.county_code
order by timeliness.feed, timeliness.county_code
