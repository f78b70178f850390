select latest.part
from (
    select distinct on (d.part) d.part, d.kind
    from ops.delivery as d
    where d.feed = %(feed)s and d.unit = %(unit)s and d.report_date = %(report_date)s and d.status <> 'refused'
    order by d.part, d.revision desc
) as latest
where latest.part <> %(part)s and latest.kind in ('file', 'nil')
order by latest.part
