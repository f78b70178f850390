-- How many checks each gate made of each build, and how many failed.
select
    c.build,
    c.gate,
    count(*) as checks,
    count(*) filter (where not c.success and c.severity = 'critical') as critical,
    count(*) filter (where not c.success and c.severity <> 'critical') as others
from ops.check_result as c
group by c.build, c.gate
order by c.build, c.gate
