select distinct c.unit, c.suite, c.check_name, c.message_zh, c.message_en
from ops.check_result as c
where c.build = %(build)s and c.gate = 2 and c.severity = 'critical' and not c.success and c.waiver is null
order by c.suite, c.check_name, c.unit
