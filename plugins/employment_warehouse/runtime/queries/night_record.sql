-- All that decided one publication, as one document. Deliveries are those since the publication that it began on.
select jsonb_build_object(
    'build', to_jsonb(b),
    'publication', to_jsonb(p),
    'certificate', to_jsonb(c),
    'checks', (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from ops.check_result as r where r.build = b.build),
    'digest', ops.publication_digest(b.build)::text,
    'models', (select coalesce(jsonb_agg(to_jsonb(v)), '[]') from ops.model_version as v where v.build = b.build),
    'states', (
        select coalesce(jsonb_agg(jsonb_build_object('delivery_id', d.delivery_id, 'status', d.status, 'reason', d.reason)), '[]')
        from ops.delivery as d where d.build = b.build
    ),
    'deliveries', (
        select coalesce(jsonb_agg(to_jsonb(d) order by d.delivery_id), '[]') from ops.delivery as d
        where d.landed_at >= coalesce((select q.started_at from ops.build as q where q.build = b.base), '-infinity')
            or d.build = b.build
    ),
    'withdrawn', (select coalesce(jsonb_agg(d.delivery_id), '[]') from ops.delivery as d where d.status = 'withdrawn'),
    'rule_decision', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.rule_decision as t),
    'waiver', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.waiver as t),
    'schedule_begin', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.schedule_begin as t),
    'platform_cursor', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.platform_cursor as t),
    'month_close', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.month_close as t)
)::text
from ops.build as b
inner join ops.publication as p on p.publication = b.build
inner join ops.certificate as c on c.build = b.build
where b.build = %(build)s
