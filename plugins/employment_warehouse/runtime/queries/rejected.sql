-- Rejected rows by reason; a row with several broken cells counts once for each reason.
select broken.reason, count(*) as rejected
from (select distinct r.delivery_id, r.sheet, r.line, r.reason from vault.rejected_row as r) as broken
group by broken.reason
order by rejected desc, broken.reason
