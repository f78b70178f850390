-- Counties whose households may seem to have nobody employed only because of what has not arrived: the employment register
-- of the night (carried_from: whose data are shown instead), gig orders, which count for a week (orders_until: the last
-- ones that were read), or rows of files in force that were rejected and are not corrected.
with latest as (
    select county_code as unit, feed, ops.last_accepted_on(feed, county_code, %(report_date)s) as report_date
    from unnest(ops.county_codes()) as county_code
    cross join unnest(array['labor_register', 'employment']) as feed
),

-- Of each part in force.
parts as (
    select distinct on (d.feed, d.unit, d.part) d.unit, d.kind, d.delivery_id
    from ops.delivery as d
    inner join latest using (feed, unit, report_date)
    where d.status = 'accepted'
    order by d.feed, d.unit, d.part, d.revision desc
),

rejected as (
    select unit, sum(ops.uncorrected_rows(delivery_id)) as uncorrected
    from parts
    where kind = 'file'
    group by unit
),

-- Was due, and is answered by nothing that is accepted. What a county sent before it was due answers it too.
overdue as (
    select distinct due.unit
    from ops.due_window as due
    inner join latest on due.feed = latest.feed and due.unit = latest.unit
    where due.feed = 'employment' and due.report_date <= %(report_date)s
        and due.first_date > coalesce(latest.report_date, '-infinity')
),

unread_orders as (
    select platform.read_for
    from ops.last_accepted_on('gig_orders', 'hr_platform', %(report_date)s) as platform (read_for)
    where exists (
        select from ops.due_window as due
        where due.feed = 'gig_orders' and due.report_date <= %(report_date)s and due.first_date > platform.read_for
    )
)

select
    latest.unit, latest.report_date is not null as has_register,
    case when overdue.unit is not null then latest.report_date end as carried_from,
    unread_orders.read_for as orders_until,
    coalesce(rejected.uncorrected, 0)::integer as uncorrected
from latest
left join overdue on latest.unit = overdue.unit
left join rejected on latest.unit = rejected.unit
left join unread_orders on true
where latest.feed = 'employment' and (
    latest.report_date is null or overdue.unit is not null or unread_orders.read_for is not null or rejected.uncorrected > 0
)
