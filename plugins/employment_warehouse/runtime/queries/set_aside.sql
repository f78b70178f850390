-- Deliveries that are held, and files that could not be read.
select d.delivery_id::text, d.report_date, d.feed, d.unit, d.status, d.reason
from ops.delivery as d
where d.status in ('held', 'refused')
order by d.report_date, d.feed, d.unit
