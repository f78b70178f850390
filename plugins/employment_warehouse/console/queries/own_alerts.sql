select a.*, null as acknowledged_by
from ops.own_alerts() as a
where %(all)s or a.resolved_at is null
order by a.resolved_at is not null, a.acknowledged_at is not null, a.level, a.raised_at desc
limit 200
