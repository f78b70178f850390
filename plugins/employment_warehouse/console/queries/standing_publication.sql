select p.publication, p.report_date, p.published_at, p.vintage, p.release_reason
from ops.publication as p
where p.publication = ops.standing_publication()
