-- Open projects, by their latest submission (landing keeps it).
with latest as (
    -- All parts: a correction of one row is a part beside the project's own file.
    select distinct on (d.unit, d.part) d.delivery_id
    from ops.delivery as d
    where d.feed = 'relief_project' and d.status in ('landed', 'accepted') and d.report_date <= %(report_date)s
        and not exists (
            select from ops.delivery as newer
            where newer.feed = d.feed and newer.unit = d.unit and newer.status in ('landed', 'accepted')
                and newer.report_date > d.report_date and newer.report_date <= %(report_date)s
        )
    order by d.unit, d.part, d.revision desc
)

insert into ops.due (feed, unit, report_date, due_at)
select distinct %(feed)s, p.project_no, %(report_date)s, %(due_at)s
from landing.relief_project as p
inner join latest on p.delivery_id = latest.delivery_id
where p.started_on <= %(report_date)s and coalesce(p.completed_on, %(report_date)s) >= %(report_date)s
on conflict do nothing
