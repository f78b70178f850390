-- A refused file may be sent again with the same bytes: the reason for the refusal may no longer apply.
select revision, case when status = 'refused' then ''::bytea else sha256 end as sha256 from ops.delivery
where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and part = %(part)s
order by revision desc
limit 1
