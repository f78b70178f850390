select p.publication, p.report_date
from ops.valid_publication as p
where p.publication < %(publication)s
order by p.publication desc
limit 1
