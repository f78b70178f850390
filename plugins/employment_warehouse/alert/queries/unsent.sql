select alert_id, level, kind, unit, report_date, title, body, link
from ops.alert
where build = %(build)s and sent_at is null
order by array_position(array['critical', 'warning', 'info'], level), kind, unit
for update
