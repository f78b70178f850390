-- How many corrections a report has, the SHA-256 of the latest, and whether there is anything that they correct.
select
    count(*) filter (where kind = 'correction')::integer as number,
    (array_agg(sha256 order by delivery_id desc) filter (where kind = 'correction' and status <> 'refused')) [1] as latest,
    coalesce(bool_or(kind = 'file' and status in ('landed', 'accepted')), false) as has_base
from ops.delivery
where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s
