select revision, sha256 from ops.delivery
where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and part = %(part)s
order by revision desc
limit 1
