-- What was raised of these kinds, on the date or since an earlier one, and has not been raised this time.
update ops.alert
set resolved_at = now()
where kind = any(%(kinds)s) and resolved_at is null
    and coalesce(report_date, %(report_date)s) between coalesce(%(since)s, '-infinity'::date) and %(report_date)s
    and (report_date is distinct from %(report_date)s or (kind, unit) not in (
        select * from unnest(%(raised_kinds)s::text [], %(raised_units)s::text [])
    ))
