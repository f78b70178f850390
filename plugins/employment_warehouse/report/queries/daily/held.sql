-- What is held of the evening, by feed and county, with the numbers of the deliveries for a release: whichever build of
-- the date has held them, also where another unit or part of the county makes the feed missing or on time. Projects and
-- batches count in the county of the project, as in the mart; those of no known project in the prefecture.
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
        delivery.feed, delivery.delivery_id,
        case
            when delivery.unit = any(ops.county_codes()) then delivery.unit
            else coalesce(units.county_code, %(prefecture)s)
        end as county_code
    from ops.current_delivery as delivery
    inner join night on delivery.night_on = night.report_date
    left join units on delivery.unit = units.unit
    where delivery.status = 'held'
)

select
    feed, county_code, string_agg(delivery_id::text, '、' order by delivery_id) as delivery_numbers
from held
group by feed, county_code
order by feed, county_code
