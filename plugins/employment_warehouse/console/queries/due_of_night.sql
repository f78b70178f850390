-- What is due on the night of a build, and what has become of it; where it is missing, whether a file could not be read.
select
    due.feed,
    due.unit,
    due.due_at,
    sent.delivery_id,
    sent.arrived_at,
    case when sent.status = 'missing' and sent.delivery_id is not null then 'refused' else sent.status end as status
from ops.due_of_night as due
inner join ops.due_submission as sent using (feed, unit, report_date)
where due.build = %(build)s
order by due.feed, due.unit
