delete from ops.intake_failure
where night_on = %(night_on)s and feed = %(feed)s and unit = %(unit)s and path = %(path)s
