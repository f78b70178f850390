-- Payment batches that were sent to the bank, by payrolls that were accepted, and the date: the latest reported, else the
-- latest on which they were paid.
select batch_no, coalesce(max(sent_on), max(paid_on)) as sent_on
from (
    select delivery_id, batch_no, sent_on, paid_on from landing.relief_payroll
    union all
    select delivery_id, batch_no, null, paid_on from landing.public_post_payment
) as lines
inner join ops.delivery as d on lines.delivery_id = d.delivery_id
where batch_no is not null and d.status = 'accepted'
    and not exists (select from ops.due as d where d.feed = %(feed)s and d.unit = lines.batch_no)
group by batch_no
having coalesce(max(sent_on), max(paid_on)) <= %(report_date)s
