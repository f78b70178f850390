select feed, unit, path from ops.intake_failure where night_on = %(night_on)s order by feed, unit, path
