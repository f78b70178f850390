-- When the last of a report's parts first came, as in ops.due_report.
select max(part.arrived_at) as arrived_at
from (
    select min(arrived_at) as arrived_at from ops.delivery
    where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s
        and status in ('landed', 'accepted') and kind not in ('correction', 'withdrawn')
    group by part
) as part
