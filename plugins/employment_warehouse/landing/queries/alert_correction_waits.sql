insert into ops.alert (report_date, level, kind, unit, title, body, link)
values (%(report_date)s, %(level)s, %(name)s, %(unit)s, %(title)s, %(body)s, %(link)s)
on conflict (report_date, kind, unit) do update
set title = excluded.title, body = case
    when alert.resolved_at is not null then excluded.body
    when position(excluded.body in alert.body) > 0 then alert.body
    else concat_ws(e'\n', alert.body, excluded.body)
end
