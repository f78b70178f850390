-- Projects that are open by these deliveries.
insert into ops.due as known (feed, unit, report_date, due_at, causes)
select %(feed)s, p.project_no, %(report_date)s, %(due_at)s, array_agg(distinct p.delivery_id order by p.delivery_id)
from landing.relief_project as p
where p.delivery_id = any(%(latest)s)
    and p.started_on <= %(report_date)s and coalesce(p.completed_on, %(report_date)s) >= %(report_date)s
group by p.project_no
on conflict (feed, unit, report_date)
do update set causes = array(select distinct unnest(known.causes || excluded.causes) order by 1)
where not coalesce(known.causes @> excluded.causes, false)
