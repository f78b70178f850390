delete from ops.intake_failure
where night_on = %(night_on)s and path <> '' and path <> all(%(paths)s)
    and feed = any(%(feeds)s) and unit = coalesce(%(unit)s, unit)
