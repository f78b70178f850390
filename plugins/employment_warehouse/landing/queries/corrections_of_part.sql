with revisions as (
    select * from ops.delivery
    where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and status <> 'refused'
),

corrections as (
    select delivery_id, part
    from (select distinct on (part) * from revisions order by part, revision desc) as latest
    where kind = 'correction'
),

files as (
    select distinct regexp_replace(path, '^.*/', '') as name from revisions where part = %(part)s
)

select c.part
from corrections as c
left join {landing} as row on c.delivery_id = row.delivery_id
left join files on starts_with(row.extra ->> %(file_header)s, files.name)
group by c.part
having count(*) filter (where files.name is not null or row.extra ->> %(file_header)s is null) > 0
