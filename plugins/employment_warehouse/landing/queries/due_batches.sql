-- Payment batches that were sent to the bank, by payrolls that were accepted and are not known to name them, with the
-- date: the latest reported, else the latest on which they were paid. lines: the rows of all feeds that name batches.
with named as (
    select lines.batch_no, lines.delivery_id, coalesce(max(lines.sent_on), max(lines.paid_on)) as sent_on
    from ({lines}) as lines
    inner join ops.delivery as d on lines.delivery_id = d.delivery_id
    where lines.batch_no is not null and d.status = 'accepted' and not exists (
        select from ops.due as known
        where known.feed = %(feed)s and known.unit = lines.batch_no and d.delivery_id = any(known.causes)
    )
    group by lines.batch_no, lines.delivery_id
)

select batch_no, sent_on, array_agg(delivery_id order by delivery_id) as causes
from named
where sent_on <= %(report_date)s
group by batch_no, sent_on
