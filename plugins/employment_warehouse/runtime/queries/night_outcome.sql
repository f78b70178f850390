-- What a build left behind that somebody has to act on: kind, unit, feed, the number of the delivery, and how many.
select 'held' as kind, d.unit, d.feed, d.delivery_id, d.rows_read as amount
from ops.delivery as d
where d.build = %(build)s and d.status = 'held'
union all
select 'refused', d.unit, d.feed, d.delivery_id, null
from ops.delivery as d
where d.report_date = %(report_date)s and d.status = 'refused'
union all
select 'rejected', d.unit, d.feed, d.delivery_id, d.rows_rejected
from ops.delivery as d
where d.build = %(build)s and d.rows_rejected > 0
union all
select 'missing', e.unit, e.feed, null, null
from ops.due as e
where (e.due_at at time zone 'Asia/Shanghai')::date = %(report_date)s
    and not exists (
        select from ops.delivery as d
        where d.feed = e.feed and d.unit = e.unit and d.report_date >= e.report_date and d.status <> 'withdrawn'
    )
order by 1, 2, 3, 4
