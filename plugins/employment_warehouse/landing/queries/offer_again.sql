update ops.arrival set taken_in_at = null
where path in (
    select path from ops.delivery
    where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and part = any(%(parts)s)
)
