select a.alert_id, a.level, a.kind, a.unit, a.step, a.title, a.raised_at, a.acknowledged_at
from ops.alert as a
where a.resolved_at is null and (a.build = %(build)s or (a.build is null and a.level = 'critical'))
order by a.level, a.acknowledged_at is not null, a.unit
limit 50
