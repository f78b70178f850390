select sheet, line, column_name, reason
from vault.rejected_row
where delivery_id = %(delivery_id)s
order by sheet, line, column_name
limit %(most)s
