-- Workbooks that a build of the date was offered, with sheets that were not read.
select
    d.unit, d.feed, d.report_date as submission_date, count(*) as files,
    sum(jsonb_array_length(d.understood -> 'notes'))::integer as sheets
from ops.current_delivery as d
where d.night_on = %(report_date)s and d.understood -> 'notes' <> '[]'::jsonb
group by d.unit, d.feed, d.report_date
order by d.unit, d.feed, d.report_date
