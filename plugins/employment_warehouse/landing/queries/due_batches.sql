-- Payment batches that were sent to the bank, and the date: the latest reported, else the latest on which they were paid.
select batch_no, coalesce(max(sent_on), max(paid_on)) as sent_on
from (
    select batch_no, sent_on, paid_on from landing.relief_payroll
    union all
    select batch_no, null, paid_on from landing.public_post_payment
) as lines
where batch_no is not null
    and not exists (select from ops.due as d where d.feed = %(feed)s and d.unit = lines.batch_no)
group by batch_no
having coalesce(max(sent_on), max(paid_on)) <= %(report_date)s
