update vault.rejected_row
set corrected_by = null
where corrected_by in (
    select delivery_id from ops.delivery
    where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and part = any(%(parts)s)
)
