select r.number, d.feed, r.unit, r.report_date, r.sheet, r.line, r.column_name, r.sealed
from vault.rejected_rows() as r
inner join ops.delivery as d on r.number = d.delivery_id
