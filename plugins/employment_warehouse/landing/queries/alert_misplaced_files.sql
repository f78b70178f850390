insert into ops.alert (level, kind, title, body)
values (%(level)s, %(name)s, %(title)s, %(body)s)
on conflict (report_date, kind, unit) do update
set title = excluded.title, body = excluded.body
