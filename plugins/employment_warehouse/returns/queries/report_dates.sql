-- The report date, and the earlier dates with a delivery (late file or correction) in the last day.
select %(report_date)s::date as report_date
union
select report_date from ops.delivery
where report_date < %(report_date)s and landed_at > now() - interval '1 day'
order by report_date
