select part from ops.part_in_force
where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s
    and part <> %(part)s and kind in ('file', 'nil')
order by part
