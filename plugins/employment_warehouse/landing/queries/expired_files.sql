-- Files none of whose deliveries is younger than the setting, or is what a unit reported last.
with latest as (
    select feed, unit, max(report_date) as report_date
    from ops.delivery
    where status = 'accepted'
    group by feed, unit
)

select d.sha256
from ops.delivery as d
left join latest on d.feed = latest.feed and d.unit = latest.unit
group by d.sha256
having
    max(d.report_date) < %(on_date)s::date - ops.setting('retention_archive_days', %(on_date)s)::integer
    and bool_and(d.report_date < coalesce(latest.report_date, 'infinity') or d.status in ('refused', 'withdrawn'))
