-- Corrections that count, in submissions with rejected rows that nothing has corrected.
select latest.delivery_id, latest.feed, latest.unit, latest.report_date
from (
    select distinct on (d.feed, d.unit, d.report_date, d.part) d.*
    from ops.delivery as d
    where d.part like '～%%' and d.status in ('landed', 'accepted')
    order by d.feed, d.unit, d.report_date, d.part, d.revision desc
) as latest
where latest.kind = 'correction' and latest.purged_at is null and exists (
    select from ops.delivery as d
    inner join vault.rejected_row as r on d.delivery_id = r.delivery_id
    where d.feed = latest.feed and d.unit = latest.unit and d.report_date = latest.report_date and r.corrected_by is null
)
