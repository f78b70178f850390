-- What was due or arrived since a date, newest first. state: in time, late, missing, or not due yet.
select
    d.*,
    case
        when d.kind is null and d.due_at < now() then 'missing'
        when d.kind is null then 'awaited'
        when d.arrived_at > d.due_at then 'late'
        when d.due_at is not null then 'on_time'
    end as state
from ops.own_deliveries(%(since)s) as d
order by d.report_date desc, d.feed, d.part
