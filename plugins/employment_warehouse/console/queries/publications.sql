select
    p.publication,
    p.report_date,
    p.published_at,
    p.vintage,
    encode(p.digest, 'hex') as digest,
    p.released_by,
    p.release_reason,
    p.rolled_back_at,
    p.rolled_back_by,
    p.rollback_reason,
    p.publication = ops.standing_publication() as is_current,
    (
        select array_agg(to_char(m.month, 'YYYY-MM') order by m.month)
        from ops.month_close as m
        where m.publication = p.publication
    ) as final_for,
    count(*) over () as total
from ops.publication as p
where %(publication)s::numeric is null or p.publication = %(publication)s
order by p.publication desc
limit %(rows)s offset %(skipped)s
