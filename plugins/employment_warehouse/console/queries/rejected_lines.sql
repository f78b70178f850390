select r.sheet, r.line, r.column_name, r.reason, r.corrected_by, count(*) over () as total
from ops.rejected_lines(%(delivery)s) as r
order by r.sheet, r.line, r.column_name
limit %(rows)s offset %(skipped)s
