-- Payment batches that were sent to the bank, and the date.
select batch_no, min(sent_on) as sent_on
from (
    select batch_no, sent_on from landing.relief_payroll
    union all
    select batch_no, paid_on from landing.public_post_payment
) as lines
where batch_no is not null and sent_on <= %(report_date)s
    and not exists (select from ops.due as d where d.feed = %(feed)s and d.unit = lines.batch_no)
group by batch_no
