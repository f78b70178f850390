select distinct on (d.feed, d.unit, d.report_date, d.part) d.feed, d.unit, d.report_date, d.part, d.kind, d.path
from ops.delivery as d
inner join unnest(%(feeds)s::text [], %(units)s::text [], %(dates)s::date []) as asked (feed, unit, report_date)
    on d.feed = asked.feed and d.unit = asked.unit and d.report_date = asked.report_date
where d.status <> 'refused'
order by d.feed, d.unit, d.report_date, d.part, d.revision desc
