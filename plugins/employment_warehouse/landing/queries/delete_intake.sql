delete from ops.intake_failure where night_on = %(night_on)s
