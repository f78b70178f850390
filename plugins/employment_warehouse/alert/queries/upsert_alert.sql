insert into ops.alert as known (build, report_date, level, kind, unit, step, title, body, link)
values (
    %(build)s, %(report_date)s, %(level)s, %(kind)s, %(unit)s, %(step)s, %(title)s, %(body)s, %(link)s
)
on conflict (build, kind, unit) do update
set
    level = excluded.level, step = excluded.step, title = excluded.title, body = excluded.body, link = excluded.link,
    report_date = excluded.report_date, raised_at = now(), sent_at = null
where known.sent_at is null or (known.build is null and known.title <> excluded.title)
