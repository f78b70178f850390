-- Counties whose households may seem to have nobody employed only because of their registers: the employment register of
-- the night did not arrive (carried_from: whose data are shown instead), or rows of one in force were rejected and not
-- corrected. A county that never sent an employment register has no carried_from.
with latest as (
    select feed, unit, max(report_date) as report_date
    from ops.delivery
    where feed in ('labor_register', 'employment') and status = 'accepted' and report_date <= %(report_date)s
    group by feed, unit
),

-- Of each part in force.
parts as (
    select distinct on (d.feed, d.unit, d.part) d.unit, d.kind, d.rows_landed, d.rows_rejected
    from ops.delivery as d
    inner join latest using (feed, unit, report_date)
    where d.status = 'accepted'
    order by d.feed, d.unit, d.part, d.revision desc
),

rejected as (
    select unit, sum(rows_rejected) - coalesce(sum(rows_landed) filter (where kind = 'correction'), 0) as rows_rejected
    from parts
    group by unit
),

overdue as (
    select due.unit
    from ops.due as due
    left join latest on due.feed = latest.feed and due.unit = latest.unit
    where due.feed = 'employment' and due.report_date <= %(report_date)s
        and due.report_date > coalesce(latest.report_date, '-infinity')
    group by due.unit
)

select
    county_code as unit, latest.report_date as carried_from,
    greatest(coalesce(rejected.rows_rejected, 0), 0)::integer as rows_rejected
from unnest(ops.county_codes()) as county_code
left join latest on county_code = latest.unit and latest.feed = 'employment'
left join overdue on county_code = overdue.unit
left join rejected on county_code = rejected.unit
where latest.unit is null or overdue.unit is not null or rejected.rows_rejected > 0
