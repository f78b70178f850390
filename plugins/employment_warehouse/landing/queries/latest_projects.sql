-- The latest submission of each project, all its parts: a correction of one row is one beside the project's own file.
select distinct on (d.unit, d.part)
    d.delivery_id, d.purged_at is not null and d.rows_landed > 0 as is_purged
from ops.delivery as d
where d.feed = 'relief_project' and d.status in ('landed', 'accepted') and d.report_date <= %(report_date)s
    and not exists (
        select from ops.delivery as newer
        where newer.feed = d.feed and newer.unit = d.unit and newer.status in ('landed', 'accepted')
            and newer.report_date > d.report_date and newer.report_date <= %(report_date)s
    )
order by d.unit, d.part, d.revision desc
