-- Open alerts of the build's date, whichever build raised them, and of any date what is critical.
select a.alert_id, a.level, a.kind, a.unit, a.report_date, a.step, a.title, a.raised_at, a.acknowledged_at, a.link,
    count(*) over () as total
from ops.alert as a
where a.resolved_at is null
    and (a.level = 'critical' or a.report_date = (select b.report_date from ops.build as b where b.build = %(build)s))
order by a.level, a.acknowledged_at is not null, a.report_date desc nulls first, a.unit
limit 50
