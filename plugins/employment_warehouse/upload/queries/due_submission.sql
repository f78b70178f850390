-- What has become of what is due: whether it is late, NULL where nothing that could be read has come. Of a file of several
-- months the last one.
select due_at, case when status in ('late', 'on_time') then status = 'late' end as is_late
from ops.due_submission
where feed = %(feed)s and unit = %(unit)s and %(report_date)s between first_date and last_date
    and ops.speaks_of(
        (
            select sent.months from ops.delivery as sent
            where (sent.feed, sent.unit, sent.report_date, sent.part) = (%(feed)s, %(unit)s, %(report_date)s, %(part)s)
                and sent.status <> 'withdrawn'
            order by sent.revision desc
            limit 1
        ),
        %(report_date)s, month
    )
order by report_date desc
limit 1
