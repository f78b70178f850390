select feed, unit, report_date, part, revision, kind, sha256, path, rows_landed
from ops.delivery
where delivery_id = %(delivery_id)s and purged_at is not null
for no key update
