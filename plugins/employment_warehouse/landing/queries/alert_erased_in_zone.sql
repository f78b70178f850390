insert into ops.alert as known (report_date, level, kind, title, body)
values (
    (now() at time zone 'Asia/Shanghai')::date, 'warning', 'erased_in_zone',
    '落地区的文件载有已删除的人，或无法核对 | files of the landing zone name somebody who was erased, or could not be read',
    %(body)s
)
on conflict (report_date, kind, unit) do update
set body = known.body || e'\n' || excluded.body
