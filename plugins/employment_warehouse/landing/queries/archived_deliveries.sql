select sha256, delivery_id, feed, unit, report_date, kind, status, path
from ops.delivery
where kind in ('file', 'correction', 'pages')
order by sha256, delivery_id
