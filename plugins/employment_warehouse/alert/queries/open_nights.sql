-- Earlier dates with open alerts of these kinds: of each its newest build (a scratch build is none of a night), and which
-- kinds they are.
select max(b.build) as build, array_agg(distinct a.kind) as open_kinds
from ops.alert as a
inner join ops.build as b on a.report_date = b.report_date
where a.resolved_at is null and a.report_date < %(report_date)s and a.kind = any(%(kinds)s)
    and not ops.is_scratch(b.run_id)
group by b.report_date
