-- What is due on a date, with its worst delivery: held before accepted, the newest first. What was found and not
-- ingested is the warehouse's failure, and not missing.
select
    due.feed,
    due.unit,
    due.due_at,
    newest.delivery_id,
    newest.arrived_at,
    case
        when newest.delivery_id is null and failed.is_failed then 'intake_failed'
        when newest.delivery_id is null then 'missing'
        when newest.status in ('held', 'refused') then newest.status
        when newest.arrived_at > due.due_at then 'late'
        else 'on_time'
    end as status
from ops.due as due
left join lateral (
    select d.delivery_id, d.status, d.arrived_at
    from ops.delivery as d
    where
        (d.feed, d.unit, d.report_date) = (due.feed, due.unit, due.report_date)
        and d.status <> 'withdrawn'
    order by d.status = 'held' desc, d.delivery_id desc
    limit 1
) as newest on true
cross join lateral (
    select exists(
        select from ops.intake_failure as f
        where f.night_on = due.report_date and f.feed = due.feed and f.unit in (due.unit, '*')
    ) as is_failed
) as failed
where due.report_date = %(report_date)s
order by due.feed, due.unit
