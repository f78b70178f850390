select
    c.build,
    b.report_date,
    b.status,
    count(*) as checks,
    count(*) filter (where c.was_run) as run,
    count(*) filter (where not c.success) as failed,
    count(*) filter (where not c.success and c.severity = 'critical' and c.waiver is null) as critical
from ops.check_result as c
join ops.build as b on c.build = b.build
group by c.build, b.report_date, b.status
order by c.build desc
limit 30
