-- The corrections of which a row names a file of this part, or none.
select p.part
from ops.part_in_force as p
where p.feed = %(feed)s and p.unit = %(unit)s and p.report_date = %(report_date)s and p.kind = 'correction'
    and exists (
        select from unnest(p.corrects) as corrected (delivery_id)
        left join ops.delivery as d on corrected.delivery_id = d.delivery_id
        where corrected.delivery_id is null or d.part = %(part)s
    )
