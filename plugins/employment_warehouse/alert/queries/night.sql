-- publication: which has the date's figures, unless it was rolled back; previous_publication: the last one before.
select
    b.build, b.report_date, b.status, b.held_reason,
    ops.publication_by(b.report_date) as publication, ops.publication_by(b.report_date - 1) as previous_publication,
    ops.setting('holidays_needed_days', b.report_date)::integer as holidays_needed_days
from ops.build as b
where b.build = any(%(builds)s)
order by b.report_date
