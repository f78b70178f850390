-- The parts of a submission that the next build is offered.
select delivery_id
from (
    select distinct on (d.part) d.delivery_id, d.status
    from ops.delivery as d
    where d.feed = %(feed)s and d.unit = %(unit)s and d.report_date = %(report_date)s
        and d.status in ('landed', 'accepted', 'held')
    order by d.part, d.revision desc
) as latest
where status = 'landed'
