-- What is due on a date, with its worst delivery: held before accepted, the newest first.
select
    due.feed,
    due.unit,
    due.due_at,
    newest.delivery_id,
    newest.arrived_at,
    case
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
where due.report_date = %(report_date)s
order by due.feed, due.unit
