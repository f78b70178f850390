-- Deliveries that were due on the report date and have not arrived, with the unit's last accepted submission. The HR
-- platform sends nothing itself: a reading that failed is `intake_failed`.
select
    due.unit, due.feed, due.due_at,
    (
        select max(accepted.report_date) from ops.delivery as accepted
        where accepted.feed = due.feed and accepted.unit = due.unit and accepted.status = 'accepted'
    ) as carried_from
from ops.due_of_night as due
where due.build = %(build)s and due.due_on = %(report_date)s and due.status = 'missing' and due.unit <> 'hr_platform'
order by due.unit, due.feed
