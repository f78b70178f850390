-- may_be_waived: as ops.assert_waivable has it.
select
    c.gate,
    c.suite,
    c.check_name,
    c.feed,
    c.unit,
    c.delivery_id,
    c.severity,
    c.success,
    c.unexpected_rows,
    c.message_zh,
    c.message_en,
    c.waiver,
    not c.success and c.waiver is null and (c.was_run or c.gate = 1) and c.suite not in ('intake', 'models')
        as may_be_waived,
    count(*) over () as total,
    count(*) filter (where not c.success) over () as failed,
    count(*) filter (
        where ops.is_holding(c.gate, c.severity, c.success, c.waiver, c.delivery_id)
    ) over () as critical
from ops.check_result as c
where c.build = %(build)s and c.gate = %(gate)s and (%(all)s or not c.success)
order by c.success, c.severity, c.suite, c.check_name, c.unit
limit %(rows)s offset %(skipped)s
