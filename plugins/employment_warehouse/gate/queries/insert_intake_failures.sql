-- A source that was not read at all is called by the title of its feed.
insert into ops.check_result (
    build, gate, suite, check_name, feed, unit, severity, success, observed, expected, message_zh, message_en
)
select
    %(build)s, 1, 'intake', 'intake_failed', failure.feed,
    case when failure.unit = '*' then ops.prefecture() else failure.unit end, 'critical', false,
    case when failure.path = '' then 'source not read' else failure.path end, 'ingested',
    format(
        '%%s 入库失败（系统原因，不是未报）',
        case when failure.path = '' then coalesce(known.title_zh, failure.feed) else failure.path end
    ),
    format(
        '%%s was not ingested: a fault of the warehouse, nothing that is missing',
        case when failure.path = '' then coalesce(known.title_en, failure.feed) else failure.path end
    )
from ops.intake_failure as failure
left join ops.feed as known on failure.feed = known.feed
where failure.night_on = %(night_on)s
