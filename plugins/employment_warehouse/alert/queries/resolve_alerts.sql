-- What an earlier run of the date raised and this one no longer does.
update ops.alert
set resolved_at = now()
where report_date = %(report_date)s and kind = any(%(kinds)s) and resolved_at is null
    and (kind, unit) not in (select * from unnest(%(raised_kinds)s::text [], %(raised_units)s::text []))
