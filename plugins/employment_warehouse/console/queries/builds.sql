-- The newest builds with checks, and the one that is asked for.
with shown as (
    (
        select b.build
        from ops.build as b
        where exists (select from ops.check_result as c where c.build = b.build)
        order by b.build desc
        limit 30
    )
    union
    select %(build)s::numeric
)

select
    c.build,
    b.report_date,
    count(*) as checks,
    count(*) filter (where not c.success) as failed
from ops.check_result as c
join ops.build as b on c.build = b.build
where c.build in (select s.build from shown as s)
group by c.build, b.report_date
order by c.build desc
