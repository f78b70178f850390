select
    d.delivery_id,
    d.feed,
    d.unit,
    d.report_date,
    d.part,
    d.revision,
    d.kind,
    d.arrived_at,
    d.rows_read,
    d.rows_landed,
    d.rows_rejected,
    ops.outcome_of(d.kind, d.status) as outcome,
    d.build,
    count(*) over () as total
from ops.county_deliveries() as d
where
    (%(unit)s::text is null or d.unit = %(unit)s)
    and (%(feed)s::text is null or d.feed = %(feed)s)
    and (%(status)s::text is null or ops.outcome_of(d.kind, d.status) = %(status)s)
    and (%(on)s::date is null or d.report_date = %(on)s)
order by d.delivery_id desc
limit %(rows)s offset %(skipped)s
