select d.delivery_id, d.feed, d.unit, d.report_date, d.part, d.rows_landed, d.reason, count(*) over () as total
from ops.current_delivery as d
where d.status = 'held'
order by d.delivery_id desc
limit 50
