-- The newest failure of a check of a unit.
select
    b.report_date,
    c.gate,
    c.suite || '.' || c.check_name as check_name,
    c.unit,
    c.severity,
    c.message_zh,
    c.message_en
from ops.check_result as c
inner join ops.build as b on c.build = b.build
where c.suite || '.' || c.check_name = %(check)s and c.unit = %(unit)s and not c.success
order by c.build desc
limit 1
