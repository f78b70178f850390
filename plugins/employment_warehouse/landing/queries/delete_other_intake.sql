delete from ops.intake_failure
where night_on = %(night_on)s and path <> '' and path <> all(%(paths)s)
    and case when %(is_unit)s then unit else feed end = %(name)s
