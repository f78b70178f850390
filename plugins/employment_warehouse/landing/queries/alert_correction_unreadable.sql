insert into ops.alert (report_date, level, kind, unit, title, body, link)
values (
    %(report_date)s, 'warning', 'correction_unreadable', %(unit)s,
    format('%%s：更正工作簿无法读取 | the corrected workbook could not be read', %(name)s::text),
    format(
        '%%s：没有可以读取的工作表：工作表名应为报表名。请在退回工作簿里更正，保留工作表名和表头，另存为 xlsx 后重新上传。'
        ' | No sheet has the title of a feed. Correct the return workbook itself, keep the names and headers of its'
        ' sheets, and upload it again as xlsx.',
        %(path)s::text
    ),
    '/uploads'
)
on conflict (report_date, kind, unit) do update
set title = excluded.title, body = excluded.body, link = excluded.link
