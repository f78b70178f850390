-- Projects that are open by their latest submissions, with what is new of their causes: those, and the submissions in
-- force that name them open as well, because the latest may yet be held.
with stated as (
    select distinct p.project_no, p.delivery_id
    from landing.relief_project as p
    where p.delivery_id = any(%(latest)s::bigint [] || %(in_force)s::bigint [])
        and p.started_on <= %(report_date)s and coalesce(p.completed_on, %(report_date)s) >= %(report_date)s
)
insert into ops.due as known (feed, unit, report_date, due_at, causes, caused_at)
select
    %(feed)s, stated.project_no, %(report_date)s, %(due_at)s,
    array_agg(stated.delivery_id order by stated.delivery_id), array_fill(now(), array[count(*)::integer])
from stated
left join ops.due as listed
    on listed.feed = %(feed)s and stated.project_no = listed.unit and listed.report_date = %(report_date)s
where stated.project_no in (select s.project_no from stated as s where s.delivery_id = any(%(latest)s::bigint []))
    and not coalesce(stated.delivery_id = any(listed.causes), false)
group by stated.project_no
on conflict (feed, unit, report_date)
do update set causes = known.causes || excluded.causes, caused_at = known.caused_at || excluded.caused_at
