select
    c.gate,
    c.suite,
    c.check as check_name,
    c.feed,
    c.unit,
    c.delivery_id,
    c.severity,
    c.success,
    c.unexpected_rows,
    c.message_zh,
    c.message_en,
    c.waiver,
    count(*) over () as total,
    count(*) filter (where not c.success) over () as failed,
    count(*) filter (
        where ops.is_holding(c.gate, c.severity, c.success, c.waiver, c.delivery_id)
    ) over () as critical
from marts.data_quality as c
where c.gate = %(gate)s and (%(all)s or not c.success)
order by c.success, c.severity, c.suite, c.check, c.unit
limit %(rows)s offset %(skipped)s
