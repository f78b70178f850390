select
    b.build, b.report_date, b.status, b.held_reason, previous.report_date as previous_date,
    ops.setting('holidays_needed_days', b.report_date)::integer as holidays_needed_days
from ops.build as b
left join ops.valid_publication as previous on previous.publication = ops.publication_by(b.report_date - 1)
where b.build = any(%(builds)s)
order by b.report_date
