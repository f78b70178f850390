select
    c.publication as build,
    c.gate,
    c.check as check_name,
    c.severity,
    c.success,
    c.message_zh,
    c.message_en,
    c.waiver
from marts.data_quality as c
where c.delivery_id = %(delivery)s
order by c.success, c.gate, c.check
