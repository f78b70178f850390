-- Deliveries that were due on the report date and have not arrived, with the unit's last accepted submission. Of a
-- snapshot a later one counts as well. The HR platform sends nothing itself: a reading that failed is `intake_failed`.
select
    due.unit, due.feed, due.due_at,
    ops.last_accepted_on(due.feed, due.unit, %(report_date)s) as carried_from
from ops.due_of_night as due
inner join ops.feed as feed on due.feed = feed.feed
where due.build = %(build)s and due.due_on = %(report_date)s and due.status = 'missing' and feed.unit <> 'platform'
    and not (
        feed.kind = 'snapshot' and exists (
            select from ops.delivery as later
            where later.feed = due.feed and later.unit = due.unit and later.report_date > due.last_date
                and later.status = 'accepted'
        )
    )
order by due.unit, due.feed
