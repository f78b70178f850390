-- An alert that is raised again for its date with the same words keeps the time at which it was raised, unless it had been
-- resolved: it is not sent again. One whose words have changed since is new, and is sent again.
insert into ops.alert as known (build, report_date, level, kind, unit, step, title, body, link)
values (
    %(build)s, %(report_date)s, %(level)s, %(kind)s, %(unit)s, %(step)s, %(title)s, %(body)s, %(link)s
)
on conflict (report_date, kind, unit) do update
set
    build = excluded.build, level = excluded.level, step = excluded.step, title = excluded.title, body = excluded.body,
    link = excluded.link, resolved_at = null,
    (raised_at, sent_at, send_error) = (
        select
            case when is_same then known.raised_at else clock_timestamp() end,
            case when is_same then known.sent_at end,
            case when is_same then known.send_error end
        from (
            select
                known.resolved_at is null
                and (known.level, known.title, known.body) = (excluded.level, excluded.title, excluded.body) as is_same
        ) as compared
    )
