-- Of what has to be corrected.
select column_name, reason, count(*)::integer
from vault.rejected_row
where delivery_id = %(delivery_id)s and corrected_by is null
group by column_name, reason
order by count(*) desc, column_name, reason
