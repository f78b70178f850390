delete from ops.intake_failure where feed = %(feed)s and unit = %(unit)s and path = %(path)s
