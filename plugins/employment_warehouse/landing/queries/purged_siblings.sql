-- Other parts of the same submission whose latest revision has been purged.
select latest.delivery_id
from (
    select distinct on (d.part) d.delivery_id, d.purged_at, d.rows_landed
    from ops.delivery as d
    where d.feed = %(feed)s and d.unit = %(unit)s and d.report_date = %(report_date)s and d.part <> %(part)s
        and d.kind <> 'pages'  -- items accumulate by key; earlier ones are not needed
        and d.status in ('landed', 'accepted')
    order by d.part, d.revision desc
) as latest
where latest.purged_at is not null and latest.rows_landed > 0
