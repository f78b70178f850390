select d.delivery_id, d.feed, d.unit, d.report_date, d.part, d.kind, d.rows_landed, d.arrived_at
from ops.delivery as d
where d.status = 'accepted' and d.build >= %(publication)s
order by d.feed, d.unit, d.report_date, d.part
