-- Whether it is sent again is decided by the table's trigger: its words have changed, or it had been resolved. The matter
-- goes on if the date before had it open when this one began.
insert into ops.alert (build, report_date, level, kind, unit, subject, since, step, title, body, link)
select
    %(build)s, %(report_date)s::date, %(level)s, %(kind)s, %(unit)s, %(subject)s, coalesce(earlier.since, %(report_date)s::date),
    %(step)s, %(title)s, %(body)s, %(link)s
from (
    select
        max(report_date) filter (where report_date < %(report_date)s::date) as date_before,
        min(started_at) filter (where report_date = %(report_date)s::date) as begun_at
    from ops.build
) as night
left join ops.alert as earlier
    on night.date_before = earlier.report_date and earlier.kind = %(kind)s and earlier.unit = %(unit)s
        and earlier.subject = %(subject)s and earlier.subject <> ''
        and (earlier.resolved_at is null or earlier.resolved_at >= night.begun_at)
on conflict (report_date, kind, unit) do update
set
    build = excluded.build, level = excluded.level, step = excluded.step, title = excluded.title, body = excluded.body,
    link = excluded.link, subject = excluded.subject, since = excluded.since
