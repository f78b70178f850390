-- A night's date, and the earlier ones of which something was landed in the day before it: late files, corrections.
select %(report_date)s::date as report_date
union
select report_date from ops.delivery
where report_date < %(report_date)s and landed_at > now() - interval '1 day'
order by report_date
