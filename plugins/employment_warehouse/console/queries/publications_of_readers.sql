select
    p.publication,
    p.report_date,
    p.published_at,
    p.vintage,
    null as digest,
    null as released_by,
    p.release_reason,
    p.rolled_back_at,
    null as rolled_back_by,
    null as rollback_reason,
    p.is_current,
    p.final_for,
    count(*) over () as total
from marts.publications as p
where %(publication)s::numeric is null or p.publication = %(publication)s
order by p.publication desc
limit %(rows)s offset %(skipped)s
