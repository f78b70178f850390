-- Payment batches that were sent to the bank, by payrolls that were accepted, with what of these is new of a batch; and the
-- date: the latest reported, else the latest on which they were paid. lines: the rows of all feeds that name batches.
select
    lines.batch_no,
    coalesce(known.report_date, max(lines.sent_on), max(lines.paid_on)) as sent_on,
    array_agg(distinct d.delivery_id order by d.delivery_id) as causes
from ({lines}) as lines
inner join ops.delivery as d on lines.delivery_id = d.delivery_id
left join ops.due as known on known.feed = %(feed)s and lines.batch_no = known.unit
where lines.batch_no is not null and d.status = 'accepted' and not coalesce(d.delivery_id = any(known.causes), false)
group by lines.batch_no, known.report_date
having coalesce(known.report_date, max(lines.sent_on), max(lines.paid_on)) <= %(report_date)s
