-- The submissions that gate 2 may blame: each unit's latest of a feed, and all that this build has accepted something of.
-- `deliveries`: what of it counts and was accepted last; `waiver`: who released it and why, if all of it was released.
-- `held`: deliveries that this gate has held for the same rows; their rows are still in the build.
with
part as (
    select distinct on (d.feed, d.unit, d.report_date, d.part) d.feed, d.unit, d.report_date, d.delivery_id, d.build
    from ops.delivery as d
    where d.status = 'accepted' or d.delivery_id = any(%(held)s::bigint [])
    order by d.feed, d.unit, d.report_date, d.part, d.revision desc
),

newest_part as (
    select
        p.*, max(p.build) over (partition by p.feed, p.unit, p.report_date) as newest,
        max(p.report_date) over (partition by p.feed, p.unit) as latest_on
    from part as p
)

select
    n.unit, n.feed, n.build = %(build)s as is_of_tonight,
    array_agg(n.delivery_id order by n.delivery_id) as deliveries,
    case when count(*) = count(w.check_name) then min(w.granted_by || ': ' || w.reason) end as waiver
from newest_part as n
left join ops.waiver as w on w.check_name = 'delivery:' || n.delivery_id
where n.build = n.newest and (n.report_date = n.latest_on or n.build = %(build)s)
group by n.unit, n.feed, n.report_date, n.build
order by n.unit, n.report_date desc, n.feed
