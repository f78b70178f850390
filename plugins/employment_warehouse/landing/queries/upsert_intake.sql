insert into ops.intake_failure (night_on, feed, unit, path, reason)
values (%(night_on)s, %(feed)s, %(unit)s, %(path)s, %(reason)s)
on conflict (night_on, feed, unit, path) do update set reason = excluded.reason, recorded_at = now()
