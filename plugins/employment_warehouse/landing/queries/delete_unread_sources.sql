-- Files stay until a scan has found what is there now: that of a part to be withdrawn is known from here alone.
delete from ops.intake_failure where night_on = %(night_on)s and path = ''
