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
    ) as final_for
from ops.publication as p
order by p.publication desc
limit 400
