-- Hold what a unit has sent tonight of a feed, because models cannot be computed with it.
with held as (
    update ops.delivery
    set
        status = 'held',
        held_by = 'model',
        reason = format('%%s: %%s（%%s）', %(reason)s::text, %(titles)s::text, %(error)s::text)
    where build = %(build)s and unit = %(unit)s and feed = %(feed)s and status = 'accepted'
    returning delivery_id, unit, feed
)

insert into ops.check_result (
    build, gate, suite, check_name, feed, unit, delivery_id, severity, success, observed, expected, message_zh,
    message_en
)
select
    %(build)s, 1, 'models', 'model_failed', feed, unit, delivery_id, 'critical', false, %(error)s, 'computed',
    format('用这份数据无法计算%%s（%%s）', %(titles)s::text, %(error)s::text),
    format('%%s cannot be computed with these data (%%s)', %(models)s::text, %(error)s::text)
from held
