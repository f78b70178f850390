-- Earlier corrections all of whose rows name a rejected row that the new correction names too.
with corrections as (
    select delivery_id, part from ops.part_in_force
    where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and kind = 'correction'
),
named as (
    select delivery_id, extra ->> %(file_header)s as file, extra ->> %(line_header)s as line
    from {landing}
    where delivery_id in (select delivery_id from corrections)
)
select s.part
from corrections as s
inner join named on s.delivery_id = named.delivery_id
left join named as again on again.delivery_id = %(delivery_id)s and (again.file, again.line) = (named.file, named.line)
where s.delivery_id <> %(delivery_id)s
group by s.part
having count(*) = count(again.delivery_id)
