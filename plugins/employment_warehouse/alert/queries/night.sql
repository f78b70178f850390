select
    b.build, b.report_date, b.status, b.held_reason, previous.report_date as previous_date,
    ops.setting('holidays_needed_days', b.report_date)::integer as holidays_needed_days
from ops.build as b
left join lateral (
    select max(p.report_date) as report_date
    from ops.publication as p
    where p.report_date < b.report_date and p.rolled_back_at is null
) as previous on true
where b.build = any(%(builds)s)
order by b.report_date
