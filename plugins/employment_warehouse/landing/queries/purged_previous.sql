-- What gate 1 compares a build's snapshots and periods with, row by row, and a purge has deleted: the current parts of the
-- unit's last accepted submission before each.
with offered as (
    select distinct d.feed, d.unit, d.report_date
    from ops.delivery as d inner join ops.feed as f on d.feed = f.feed
    where d.build = %(build)s and d.status = 'landed' and f.kind in ('snapshot', 'period')
),

previous as (
    select distinct o.feed, o.unit, latest.report_date
    from offered as o
    cross join lateral (
        select max(d.report_date) as report_date from ops.delivery as d
        where d.feed = o.feed and d.unit = o.unit and d.report_date <= o.report_date and d.status = 'accepted'
    ) as latest
),

current_part as (
    select distinct on (d.feed, d.unit, d.report_date, d.part) d.*
    from ops.delivery as d
    inner join previous as p on (d.feed, d.unit, d.report_date) = (p.feed, p.unit, p.report_date)
    where d.status = 'accepted'
    order by d.feed, d.unit, d.report_date, d.part, d.revision desc
)

select delivery_id from current_part where purged_at is not null and rows_landed > 0
order by delivery_id
