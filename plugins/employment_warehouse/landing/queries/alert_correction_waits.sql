insert into ops.alert (report_date, level, kind, unit, title, body, link)
values (
    %(report_date)s, 'warning', 'correction_waits', %(unit)s,
    format('%%s：更正工作簿中有工作表尚未入库 | sheets of the corrected workbook were not ingested', %(name)s::text),
    format('%%s：%%s', %(report_date)s::date, %(sheets)s::text),
    '/uploads'
)
on conflict (report_date, kind, unit) do update
set title = excluded.title, body = case
    when alert.resolved_at is not null then excluded.body
    when position(excluded.body in alert.body) > 0 then alert.body
    else concat_ws(e'\n', alert.body, excluded.body)
end
