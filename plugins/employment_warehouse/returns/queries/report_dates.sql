-- The report date, and the earlier dates with a delivery (late file or correction) since the publication before.
select %(report_date)s::date as report_date
union
select report_date from ops.delivery
where report_date < %(report_date)s and landed_at > coalesce(
    (select max(published_at) from ops.publication where report_date < %(report_date)s), '-infinity'
)
order by report_date
