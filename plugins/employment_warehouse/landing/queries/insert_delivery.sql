insert into ops.delivery (
    feed, unit, report_date, part, revision, kind, sha256, path, file_bytes, arrived_at, key_version, status, reason,
    understood
)
values (
    %(feed)s, %(unit)s, %(report_date)s, %(part)s, %(revision)s, %(kind)s, %(sha256)s, %(path)s, %(file_bytes)s,
    %(arrived_at)s, %(key_version)s, %(status)s, %(reason)s, %(understood)s
)
returning delivery_id
