insert into ops.check_result (
    build, gate, suite, check_name, feed, unit, severity, success, observed, expected, message_zh, message_en
)
select
    %(build)s, 1, 'intake', 'intake_failed', feed, case when unit = '*' then ops.prefecture() else unit end, 'critical',
    false, case when path = '' then 'source not read' else path end, 'ingested',
    format('%%s 入库失败（系统原因，不是未报）', case when path = '' then feed else path end),
    format('%%s was not ingested: a fault of the warehouse, not a missing report', case when path = '' then feed else path end)
from ops.intake_failure
where night_on = %(night_on)s
