-- What a build left behind that somebody has to act on, also what an earlier build of its date has found: kind, unit,
-- feed, the number of the delivery, and how many.
select 'held' as kind, d.unit, d.feed, d.delivery_id, d.rows_read as amount
from ops.current_delivery as d
where d.night_on = %(report_date)s and d.status = 'held'
union all
select 'refused', d.unit, d.feed, d.delivery_id, null
from ops.current_delivery as d
where d.report_date = %(report_date)s and d.status = 'refused'
union all
select 'rejected', d.unit, d.feed, d.delivery_id, d.rows_rejected
from ops.delivery as d
where d.build = %(build)s and d.rows_rejected > 0
union all
select 'intake_failed', case f.unit when '*' then '各单位 all' else f.unit end, f.feed, null, null
from ops.intake_failure as f
where f.night_on = %(report_date)s
order by 1, 2, 3, 4
