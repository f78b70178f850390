-- How many corrections a report has had, the SHA-256 of the latest that stands, whether there is anything that they
-- correct, and when a whole file last came again.
with standing as (
    select distinct on (part) delivery_id, part, kind, sha256
    from ops.delivery
    where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and status <> 'refused'
    order by part, revision desc
)

select
    count(distinct d.part) filter (where d.kind = 'correction')::integer as number,
    (
        select sha256 from standing where kind = 'correction' order by delivery_id desc limit 1
    ) as latest,
    coalesce(bool_or(d.kind = 'file' and d.status in ('landed', 'accepted')), false) as has_base,
    max(d.arrived_at) filter (where d.kind = 'file' and d.revision > 1 and d.status <> 'refused') as replaced_at
from ops.delivery as d
where d.feed = %(feed)s and d.unit = %(unit)s and d.report_date = %(report_date)s
