insert into ops.due (feed, unit, report_date, due_at)
values (%(feed)s, %(unit)s, %(report_date)s, %(due_at)s)
on conflict do nothing
