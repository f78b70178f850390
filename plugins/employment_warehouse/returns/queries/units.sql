-- Counties that have sent something for that date.
select distinct unit from ops.delivery
where report_date = %(report_date)s and feed = any(%(feeds)s)
order by unit
