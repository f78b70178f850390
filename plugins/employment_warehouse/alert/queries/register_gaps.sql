-- Counties whose households may seem to have nobody employed only because of their registers: the employment register
-- of the night did not arrive (carried_from: whose data are shown instead), or rows of files in force were rejected and
-- are not corrected.
with latest as (
    select feed, unit, max(report_date) as report_date
    from ops.delivery
    where feed in ('labor_register', 'employment') and status = 'accepted' and report_date <= %(report_date)s
    group by feed, unit
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

overdue as (
    select due.unit
    from ops.due as due
    left join latest on due.feed = latest.feed and due.unit = latest.unit
    where due.feed = 'employment' and due.report_date <= %(report_date)s
        and due.report_date > coalesce(latest.report_date, '-infinity')
    group by due.unit
)

select
    county_code as unit, latest.unit is not null as has_register,
    case when overdue.unit is not null then latest.report_date end as carried_from,
    coalesce(rejected.uncorrected, 0)::integer as uncorrected
from unnest(ops.county_codes()) as county_code
left join latest on county_code = latest.unit and latest.feed = 'employment'
left join overdue on county_code = overdue.unit
left join rejected on county_code = rejected.unit
where latest.unit is null or overdue.unit is not null or rejected.uncorrected > 0
