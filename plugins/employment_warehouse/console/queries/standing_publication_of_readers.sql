select p.publication, p.report_date, p.published_at, p.vintage, p.release_reason
from marts.publications as p
where p.is_current
