-- Projects that are open by these deliveries.
insert into ops.due (feed, unit, report_date, due_at)
select distinct %(feed)s, p.project_no, %(report_date)s, %(due_at)s
from landing.relief_project as p
where p.delivery_id = any(%(latest)s)
    and p.started_on <= %(report_date)s and coalesce(p.completed_on, %(report_date)s) >= %(report_date)s
on conflict do nothing
