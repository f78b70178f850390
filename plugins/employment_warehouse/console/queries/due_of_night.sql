-- What is due on the night of a build, and what has become of it; of a missing report whether a file could not be read.
select
    due.feed,
    due.unit,
    due.due_at,
    report.delivery_id,
    report.arrived_at,
    case when report.status = 'missing' and report.delivery_id is not null then 'refused' else report.status end as status
from ops.due_of_night as due
inner join ops.due_report as report using (feed, unit, report_date)
where due.build = %(build)s
order by due.feed, due.unit
