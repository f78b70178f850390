-- When a submission came, by the rules of ops.due_submission.
select ops.arrival_of_parts(array_agg(part.arrived_at), array_agg(part.is_correction)) as arrived_at
from (
    select
        min(arrived_at) filter (where ops.is_arrival(kind, status)) as arrived_at,
        bool_or(kind = 'correction') as is_correction
    from ops.delivery
    where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and status in ('landed', 'accepted')
    group by part
) as part
