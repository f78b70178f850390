-- The newest build, if it is held: an older one can no longer be published.
select b.build, b.report_date, b.started_at, b.held_reason, b.base
from ops.build as b
where b.status = 'held' and b.build = (select max(n.build) from ops.build as n)
