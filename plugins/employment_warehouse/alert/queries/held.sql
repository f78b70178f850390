-- Reports that this build holds, the unit's last accepted one beside them.
select
    d.unit, d.feed, d.report_date, max(d.reason) as reason, sum(d.rows_read) as rows_read, count(*) as parts,
    max(d.arrived_at) as arrived_at,
    (
        select max(a.report_date) from ops.delivery as a
        where a.feed = d.feed and a.unit = d.unit and a.status = 'accepted'
    ) as carried_from
from ops.delivery as d
where d.build = %(build)s and d.status = 'held'
group by d.unit, d.feed, d.report_date
order by d.unit, d.feed, d.report_date
