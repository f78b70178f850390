insert into ops.alert (report_date, level, kind, unit, title, body)
values (
    %(report_date)s, 'warning', 'correction_waits', %(unit)s,
    format('%%s：更正工作簿中有工作表未能收下 | sheets of the corrections were not taken in', %(unit)s::text),
    %(sheets)s
)
on conflict (build, kind, unit) do update
set report_date = excluded.report_date, body = excluded.body, raised_at = now(), sent_at = null
where alert.body <> excluded.body
