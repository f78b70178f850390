-- Corrections that count again since a later revision of them was withdrawn, in submissions with rejected rows that
-- nothing has corrected; until the first night after the rollback is published, which has marked what they name.
select latest.delivery_id, latest.feed, latest.unit, latest.report_date
from (
    select distinct on (d.feed, d.unit, d.report_date, d.part)
        d.*,
        exists (
            select from ops.delivery as later
            where later.feed = d.feed and later.unit = d.unit and later.report_date = d.report_date
                and later.part = d.part and later.revision > d.revision and later.status = 'withdrawn'
        ) as is_restored
    from ops.delivery as d
    where d.part like '～%%' and d.status in ('landed', 'accepted')
    order by d.feed, d.unit, d.report_date, d.part, d.revision desc
) as latest
where latest.kind = 'correction' and latest.is_restored and exists (
    select from ops.delivery as d
    inner join vault.rejected_row as r on d.delivery_id = r.delivery_id
    where d.feed = latest.feed and d.unit = latest.unit and d.report_date = latest.report_date and r.corrected_by is null
) and exists (
    select from ops.publication as p
    where p.rolled_back_at >= coalesce(
        (select h.published_at from ops.publication as h where h.publication = ops.chain_head()), '-infinity'
    )
)
