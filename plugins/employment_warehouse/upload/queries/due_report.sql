-- What has become of what is due: whether it is late, NULL where nothing that could be read has come.
select due_at, case when status in ('late', 'on_time') then status = 'late' end as is_late
from ops.due_report
where feed = %(feed)s and unit = %(unit)s and %(report_date)s between first_date and last_date
