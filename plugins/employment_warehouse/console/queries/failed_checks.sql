select c.gate, c.check_name, c.feed, c.unit, c.delivery_id, c.severity, c.success, c.message_zh, c.message_en, c.waiver
from ops.check_result as c
where c.build = %(build)s and not c.success
order by c.severity, c.gate, c.unit, c.check_name
