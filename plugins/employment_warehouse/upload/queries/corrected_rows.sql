select count(distinct (delivery_id, sheet, line))::integer
from vault.rejected_row
where corrected_by = any(%(numbers)s)
