-- is_given_back: its removal was taken back by a rollback, so that it counts without its file. is_newest: no later file
-- of it was refused, or withdrawn by a rollback.
select
    p.feed, p.unit, p.report_date, p.part, p.kind, p.path,
    coalesce(bool_or(later.kind = 'withdrawn'), false) as is_given_back,
    coalesce(bool_and(later.kind = 'withdrawn'), true) as is_newest
from ops.part_in_force as p
inner join unnest(%(feeds)s::text [], %(units)s::text [], %(dates)s::date []) as asked (feed, unit, report_date)
    on p.feed = asked.feed and p.unit = asked.unit and p.report_date = asked.report_date
left join ops.delivery as later
    on (later.feed, later.unit, later.report_date, later.part) = (p.feed, p.unit, p.report_date, p.part)
        and later.revision > p.revision
group by p.feed, p.unit, p.report_date, p.part, p.kind, p.path
order by p.feed, p.unit, p.report_date, p.part
