-- Deliveries that were due on the report date and have not arrived, with the unit's last accepted submission. The HR
-- platform sends nothing itself: a reading that failed is `intake_failed`.
select
    e.unit, e.feed, e.due_at,
    (
        select max(a.report_date) from ops.delivery as a
        where a.feed = e.feed and a.unit = e.unit and a.status = 'accepted'
    ) as carried_from
from ops.due as e
where (e.due_at at time zone 'Asia/Shanghai')::date = %(report_date)s
    and not exists (
        select from ops.delivery as d
        where d.feed = e.feed and d.unit = e.unit and d.report_date >= e.report_date and d.status <> 'withdrawn'
    )
    and e.unit <> 'hr_platform'
    and not exists (
        select from ops.intake_failure as f
        where f.night_on = %(report_date)s and f.feed = e.feed and f.unit in (e.unit, '*')
    )
order by e.unit, e.feed
