-- Workbooks of the night of which sheets were not read.
select d.unit, d.feed, d.report_date, count(*)::integer as files,
    sum(jsonb_array_length(d.understood -> 'notes'))::integer as sheets
from ops.delivery as d
where d.build = %(build)s and d.understood -> 'notes' <> '[]'::jsonb
group by d.unit, d.feed, d.report_date
order by d.unit, d.feed, d.report_date
