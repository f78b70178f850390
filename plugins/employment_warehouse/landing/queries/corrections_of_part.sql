with files as (
    select distinct regexp_replace(path, '^.*/', '') as name from ops.delivery
    where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and part = %(part)s
        and status <> 'refused'
)

select distinct p.part
from ops.part_in_force as p
cross join lateral landing.corrected_files(p.delivery_id) as file
left join files on starts_with(file, files.name)
where p.feed = %(feed)s and p.unit = %(unit)s and p.report_date = %(report_date)s and p.kind = 'correction'
    and (file is null or files.name is not null)
