select
    d.delivery_id,
    d.feed,
    d.unit,
    d.report_date,
    d.part,
    d.revision,
    d.kind,
    d.file_bytes,
    d.arrived_at,
    d.landed_at,
    d.rows_read,
    d.rows_landed,
    d.rows_rejected,
    d.status,
    ops.outcome_of(d.kind, d.status) as outcome,
    d.reason,
    coalesce(d.understood ->> 'refusal', '') as detail,
    d.build
from ops.delivery as d
where d.delivery_id = %(delivery)s
