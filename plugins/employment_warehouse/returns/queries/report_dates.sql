-- The report date, and the earlier dates of what was delivered (late files, corrections) or decided (also by a
-- rollback) since the publication before began.
with before as (
    select b.build, b.started_at
    from ops.publication as p
    inner join ops.build as b on p.publication = b.build
    where p.report_date < %(report_date)s and p.rolled_back_at is null
    order by b.build desc
    limit 1
)

select %(report_date)s::date as report_date
union
select d.report_date
from ops.delivery as d
left join before on true
where d.report_date < %(report_date)s
    and (d.landed_at >= coalesce(before.started_at, '-infinity') or d.build > before.build)
order by report_date
