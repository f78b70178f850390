-- What a night has recorded of these feeds, or of one unit of them.
delete from ops.intake_failure
where night_on = %(night_on)s and feed = any(%(feeds)s) and unit = coalesce(%(unit)s, unit)
