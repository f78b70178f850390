insert into ops.alert as known (report_date, level, kind, title, body)
values ((now() at time zone 'Asia/Shanghai')::date, %(level)s, %(name)s, %(title)s, %(body)s)
on conflict (report_date, kind, unit) do update
set body = known.body || e'\n' || excluded.body
