-- is_given_back: its removal was taken back by a rollback, so that it counts without its file. is_newest: no later file
-- of it was refused, or withdrawn by a rollback.
with asked as (
    select * from unnest(%(feeds)s::text [], %(units)s::text [], %(dates)s::date []) as asked (feed, unit, report_date)
),

refused as (
    select r.* from ops.refused_part as r
    inner join asked on r.feed = asked.feed and r.unit = asked.unit and r.report_date = asked.report_date
)

select
    p.feed, p.unit, p.report_date, p.part, p.kind, p.path,
    coalesce(bool_or(later.kind = 'withdrawn'), false) as is_given_back,
    coalesce(bool_and(later.kind = 'withdrawn'), true) as is_newest
from ops.part_in_force as p
inner join asked on p.feed = asked.feed and p.unit = asked.unit and p.report_date = asked.report_date
left join ops.delivery as later
    on (later.feed, later.unit, later.report_date, later.part) = (p.feed, p.unit, p.report_date, p.part)
        and later.revision > p.revision
where not exists (
    select from refused as r
    where (r.feed, r.unit, r.report_date, r.part) = (p.feed, p.unit, p.report_date, p.part)
)
group by p.feed, p.unit, p.report_date, p.part, p.kind, p.path
union all
select r.feed, r.unit, r.report_date, r.part, 'refused', r.path, false, false from refused as r
order by feed, unit, report_date, part
