-- Corrections that count in submissions of which a rollback has withdrawn something, and that have rejected rows which
-- nothing has corrected; until the first night after the rollback is published, which has marked what they name.
select p.delivery_id, p.feed, p.unit, p.report_date
from ops.part_in_force as p
where p.kind = 'correction' and p.status in ('landed', 'accepted') and exists (
    select from ops.delivery as d
    where d.feed = p.feed and d.unit = p.unit and d.report_date = p.report_date and d.status = 'withdrawn'
) and exists (
    select from ops.delivery as d
    inner join vault.rejected_row as r on d.delivery_id = r.delivery_id
    where d.feed = p.feed and d.unit = p.unit and d.report_date = p.report_date and r.corrected_by is null
) and exists (
    select from ops.publication as o
    where o.rolled_back_at >= coalesce(
        (select h.published_at from ops.publication as h where h.publication = ops.chain_head()), '-infinity'
    )
)
order by p.delivery_id
