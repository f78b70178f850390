-- What was due or arrived since a date, newest first. state: as in the marts, or not due yet.
select
    d.feed, d.report_date, d.due_at, d.part, d.revision, d.kind, d.arrived_at, d.rows_read, d.rows_landed,
    d.rows_rejected, d.status, d.reason, d.detail, d.publication, d.is_current,
    ops.outcome_of(d.kind, d.status) as outcome,
    case when d.state = 'missing' and d.due_at >= now() then 'awaited' else d.state end as state
from ops.own_deliveries(%(since)s) as d
order by d.report_date desc, d.feed, d.part
