select c.build, c.gate, c.check_name, c.severity, c.success, c.message_zh, c.message_en, c.waiver
from ops.check_result as c
where c.delivery_id = %(delivery)s
order by c.success, c.build desc, c.gate, c.check_name
