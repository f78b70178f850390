select d.feed, d.unit, d.report_date, d.path
from ops.delivery as d
where d.status = 'landed' and d.kind = 'file'
