select distinct on (part) part, kind, path
from ops.delivery
where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and status <> 'refused'
order by part, revision desc
