insert into ops.alert (report_date, level, kind, unit, title, body)
values (
    %(report_date)s, 'warning', 'correction_waits', %(unit)s,
    format('%%s：更正工作簿中有工作表尚未入库 | sheets of the corrected workbook were not ingested', %(unit)s::text),
    format('%%s：%%s', %(report_date)s::date, %(sheets)s::text)
)
on conflict (report_date, kind, unit) do update
set body = concat_ws(e'\n', alert.body, excluded.body), raised_at = now()
where position(excluded.body in alert.body) = 0
