select
    b.report_date, b.status, b.held_reason, previous.report_date as previous_date, previous.published_at as previous_at,
    ops.setting('holidays_needed_days', b.report_date)::integer as holidays_needed_days
from ops.build as b
left join lateral (
    select p.report_date, p.published_at from ops.publication as p where p.publication = b.base
) as previous on true
where b.build = %(build)s
