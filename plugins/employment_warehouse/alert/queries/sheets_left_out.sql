-- Workbooks of the night with sheets that were not read.
select
    d.unit, d.feed, d.report_date as submission_date, count(*) as files,
    sum(jsonb_array_length(d.understood -> 'notes'))::integer as sheets
from ops.delivery as d
where d.build = %(build)s and d.understood -> 'notes' <> '[]'::jsonb
group by d.unit, d.feed, d.report_date
order by d.unit, d.feed, d.report_date
