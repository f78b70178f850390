insert into ops.due as known (feed, unit, report_date, due_at, causes)
values (%(feed)s, %(unit)s, %(report_date)s, %(due_at)s, %(causes)s)
on conflict (feed, unit, report_date)
do update set causes = array(select distinct unnest(known.causes || excluded.causes) order by 1)
