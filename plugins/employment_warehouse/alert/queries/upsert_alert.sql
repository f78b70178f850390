-- An alert that is raised again for its date keeps the time at which it was first raised, unless it had been resolved.
insert into ops.alert as known (build, report_date, level, kind, unit, step, title, body, link)
values (
    %(build)s, %(report_date)s, %(level)s, %(kind)s, %(unit)s, %(step)s, %(title)s, %(body)s, %(link)s
)
on conflict (report_date, kind, unit) do update
set
    build = excluded.build, level = excluded.level, step = excluded.step, title = excluded.title, body = excluded.body,
    link = excluded.link, resolved_at = null,
    raised_at = case when known.resolved_at is null then known.raised_at else now() end
