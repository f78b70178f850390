select alert_id, level, kind, unit, report_date, title, body, link
from ops.alert
where sent_at is null and (build is null or build <= %(build)s)
    and raised_at > now() - interval '3 days'  -- older alerts are no longer news
order by array_position(array['critical', 'warning', 'info'], level), kind, unit
for update
