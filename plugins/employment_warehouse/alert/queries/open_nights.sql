-- Earlier dates with open alerts of these kinds: of each its newest build.
select max(b.build) as build
from ops.alert as a
inner join ops.build as b on a.report_date = b.report_date
where a.resolved_at is null and a.report_date < %(report_date)s and a.kind = any(%(kinds)s)
group by b.report_date
order by b.report_date
