select delivery_id from ops.part_in_force
where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and kind = 'correction'
order by delivery_id
