-- What has to be corrected: wrong cells before rows that are only repeated.
select sheet, line, column_name, reason
from vault.rejected_row
where delivery_id = %(delivery_id)s and corrected_by is null
order by reason = 'duplicate_key', sheet, line, column_name
limit %(most)s
