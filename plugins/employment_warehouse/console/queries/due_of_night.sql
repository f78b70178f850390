-- What is due on the night of a build, with its worst delivery: held before accepted, the newest first.
select
    due.feed,
    due.unit,
    due.due_at,
    newest.delivery_id,
    newest.arrived_at,
    case
        when newest.delivery_id is null then due.status
        when newest.status in ('held', 'refused') then newest.status
        when newest.arrived_at > due.due_at then 'late'
        else 'on_time'
    end as status
from ops.due_of_night as due
left join lateral (
    select d.delivery_id, d.status, d.arrived_at
    from ops.delivery as d
    where
        (d.feed, d.unit) = (due.feed, due.unit)
        and d.report_date between due.first_date and due.last_date
        and d.status <> 'withdrawn'
    order by d.status = 'held' desc, d.delivery_id desc
    limit 1
) as newest on true
where due.build = %(build)s
order by due.feed, due.unit
