-- is_given_back: its removal was taken back by a rollback, so that it counts without its file.
select
    p.feed, p.unit, p.report_date, p.part, p.kind, p.path,
    exists (
        select from ops.delivery as d
        where (d.feed, d.unit, d.report_date, d.part) = (p.feed, p.unit, p.report_date, p.part)
            and d.revision > p.revision and (d.kind, d.status) = ('withdrawn', 'withdrawn')
    ) as is_given_back
from ops.part_in_force as p
inner join unnest(%(feeds)s::text [], %(units)s::text [], %(dates)s::date []) as asked (feed, unit, report_date)
    on p.feed = asked.feed and p.unit = asked.unit and p.report_date = asked.report_date
order by p.feed, p.unit, p.report_date, p.part
