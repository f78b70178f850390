select
    a.alert_id,
    a.raised_at,
    a.report_date,
    a.level,
    a.kind,
    a.unit,
    a.step,
    a.title,
    a.body,
    a.link,
    a.resolved_at,
    a.acknowledged_at,
    a.acknowledged_by,
    count(*) over () as total,
    count(*) filter (where a.acknowledged_at is null and a.resolved_at is null) over () as waiting,
    count(*) filter (where a.level = 'critical' and a.acknowledged_at is null and a.resolved_at is null) over () as critical
from ops.alert as a
where %(all)s or a.resolved_at is null
order by a.resolved_at is not null, a.acknowledged_at is not null, a.level, a.raised_at desc
limit %(rows)s offset %(skipped)s
