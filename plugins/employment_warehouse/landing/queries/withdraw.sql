insert into ops.delivery (
    feed, unit, report_date, part, revision, kind, sha256, path, file_bytes, arrived_at, key_version, status,
    months
)
select feed, unit, report_date, part, max(revision) + 1, 'withdrawn', %(sha256)s, max(path), 0, now(), %(key_version)s, 'landed',
    '{}'
from ops.delivery
where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and part = any(%(parts)s)
group by feed, unit, report_date, part
