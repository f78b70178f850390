insert into ops.alert (report_date, level, kind, unit, title, body, link)
values (%(report_date)s, %(level)s, %(name)s, %(unit)s, %(title)s, %(body)s, %(link)s)
on conflict (report_date, kind, unit) do update
set title = excluded.title, body = excluded.body, link = excluded.link
