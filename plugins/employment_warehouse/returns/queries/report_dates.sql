-- The report date, and the earlier dates of what was delivered (late files, corrections) or decided (also by a
-- rollback) since the publication before began.
with before as (
    select b.build, b.started_at from ops.build as b where b.build = ops.publication_by(%(report_date)s::date - 1)
)

select %(report_date)s::date as report_date
union
select d.report_date
from ops.delivery as d
left join before on true
where d.report_date < %(report_date)s
    and (d.landed_at >= coalesce(before.started_at, '-infinity') or d.build > before.build)
order by report_date
