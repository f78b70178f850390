insert into ops.alert (level, kind, title, body)
values (
    'warning', 'misplaced_files',
    format('落地区有 %%s 个文件无法对应任何报表 | files in the landing zone that belong to no feed or unit: %%s', %(count)s::int, %(count)s::int),
    %(body)s
)
on conflict (report_date, kind, unit) do update
set title = excluded.title, body = excluded.body
