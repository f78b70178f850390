select p.publication, p.report_date
from ops.publication as p
where p.publication < %(publication)s and p.rolled_back_at is null
order by p.publication desc
limit 1
