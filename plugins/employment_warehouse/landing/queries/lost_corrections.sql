-- Corrections in force, of submissions of which something is offered to a build, whose purged rows were not restored.
select p.feed, p.unit, p.report_date, p.part
from ops.part_in_force as p
inner join ops.delivery as d on p.delivery_id = d.delivery_id
where p.kind = 'correction' and d.purged_at is not null and d.rows_landed > 0
    and (p.feed, p.unit, p.report_date) in (
        select o.feed, o.unit, o.report_date from ops.delivery as o where o.build = %(build)s and o.status = 'landed'
    )
order by p.delivery_id
