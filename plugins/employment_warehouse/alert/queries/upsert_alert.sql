-- Whether it is sent again is decided by the table's trigger: its words have changed, or it had been resolved.
insert into ops.alert (build, report_date, level, kind, unit, step, title, body, link)
values (
    %(build)s, %(report_date)s, %(level)s, %(kind)s, %(unit)s, %(step)s, %(title)s, %(body)s, %(link)s
)
on conflict (report_date, kind, unit) do update
set
    build = excluded.build, level = excluded.level, step = excluded.step, title = excluded.title, body = excluded.body,
    link = excluded.link
