with corrections as (
    select delivery_id, part from ops.part_in_force
    where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and kind = 'correction'
),

files as (
    select distinct regexp_replace(path, '^.*/', '') as name from ops.delivery
    where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and part = %(part)s
        and status <> 'refused'
)

select c.part
from corrections as c
left join {landing} as row on c.delivery_id = row.delivery_id
left join files on starts_with(row.extra ->> %(file_header)s, files.name)
group by c.part
having count(*) filter (where files.name is not null or row.extra ->> %(file_header)s is null) > 0
