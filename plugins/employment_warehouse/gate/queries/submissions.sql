-- The submissions that these deliveries change: all parts of a unit's date, and the unit's last accepted submission before it.
with
offered as (
    select d.feed, d.unit, d.report_date, array_agg(d.delivery_id order by d.delivery_id) as offered
    from ops.delivery as d
    where d.delivery_id = any(%(offered)s)
    group by d.feed, d.unit, d.report_date
),
part as (
    select distinct on (d.feed, d.unit, d.report_date, d.part) d.*
    from ops.delivery as d
    join offered using (feed, unit, report_date)
    where d.delivery_id = any(%(offered)s)
        -- Items of the platform accumulate by key: an earlier reading, once purged, is not read again.
        or d.status = 'accepted' and not (d.kind = 'pages' and d.purged_at is not null)
    order by d.feed, d.unit, d.report_date, d.part, d.revision desc
),
whole as (
    select
        p.feed, p.unit, p.report_date,
        array_agg(p.delivery_id order by p.delivery_id) as ids,
        sum(p.rows_read)::integer as rows_read,
        sum(p.rows_landed)::integer as rows_landed,
        sum(p.rows_rejected)::integer as rows_rejected,
        bool_or(p.purged_at is not null and p.rows_landed > 0) as has_purged_rows
    from part as p
    group by p.feed, p.unit, p.report_date
)
select
    o.feed, o.unit, o.report_date, o.offered, w.ids, w.rows_read, w.rows_landed, w.rows_rejected, w.has_purged_rows,
    (
        select count(*)::integer from ops.refused_part as r
        where (r.feed, r.unit, r.report_date) = (o.feed, o.unit, o.report_date)
    ) as parts_refused,
    before.measures as previous,
    array(
        select distinct on (d.part) d.delivery_id
        from ops.delivery as d
        where (d.feed, d.unit, d.report_date) = (o.feed, o.unit, before.report_date) and d.status = 'accepted'
        order by d.part, d.revision desc
    ) as previous_ids
from offered as o
join whole as w using (feed, unit, report_date)
left join lateral (
    select p.measures, p.report_date
    from ops.delivery_profile as p
    join ops.delivery as d on d.delivery_id = p.delivery_id
    where p.feed = o.feed and p.unit = o.unit and p.report_date <= o.report_date
        and d.status = 'accepted' and d.build <= ops.chain_head()
    order by p.report_date desc, p.delivery_id desc
    limit 1
) as before on true
order by o.feed, o.unit, o.report_date
