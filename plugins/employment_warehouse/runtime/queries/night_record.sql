-- All that decided one publication, as one document. What is listed of deliveries and builds is what was added since
-- the publication that it began on (one that was rolled back before it was recorded has no record of its own); what
-- operators had decided, and what had failed, is listed as it was when gate 2 began, however late this is written.
select jsonb_build_object(
    'build', to_jsonb(b),
    'publication', to_jsonb(p),
    'certificate', to_jsonb(c),
    'digest', ops.publication_digest(b.build)::text,
    'checks', (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from ops.check_result as r where r.build = b.build),
    'models', (select coalesce(jsonb_agg(to_jsonb(v)), '[]') from ops.model_version as v where v.build = b.build),
    'unpublished', (
        select coalesce(jsonb_agg(to_jsonb(u) order by u.build), '[]') from ops.build as u
        where u.build > b.base and u.build < b.build
    ),
    'states', (
        select coalesce(jsonb_agg(to_jsonb(s)), '[]')
        from (
            select d.delivery_id, d.status, d.reason, d.held_by, d.build from ops.delivery as d
            where d.build > b.base and d.build <= b.build and d.status in ('accepted', 'held')
        ) as s
    ),
    'profiles', (
        select coalesce(jsonb_agg(to_jsonb(f)), '[]') from ops.delivery_profile as f
        inner join ops.delivery as d on f.delivery_id = d.delivery_id
        where d.build > b.base and d.build <= b.build
    ),
    'deliveries', (
        select coalesce(jsonb_agg(to_jsonb(d) order by d.delivery_id), '[]') from ops.delivery as d
        where d.build > b.base and d.build <= b.build
            or d.landed_at <= p.published_at and d.landed_at >= coalesce(
                (select q.started_at from ops.build as q where q.build = b.base), '-infinity'
            )
    ),
    'due', (
        -- What was listed by then; NULL: because of nothing that can be withdrawn.
        select coalesce(jsonb_agg(to_jsonb(u) || to_jsonb(c)), '[]')
        from ops.due as u
        cross join lateral (
            select array_agg(k.cause order by k.place) as causes, array_agg(k.caused_at order by k.place) as caused_at
            from unnest(u.causes, u.caused_at) with ordinality as k (cause, caused_at, place)
            where k.caused_at <= coalesce(b.sealed_at, 'infinity')
        ) as c
        where (
            u.report_date >= coalesce((select q.report_date from ops.build as q where q.build = b.base), '-infinity')
            or u.feed in (select f.feed from ops.feed as f where f.unit = 'batch')
        ) and coalesce(u.recorded_at, '-infinity') <= coalesce(b.sealed_at, 'infinity')
    ),
    'withdrawn', (select coalesce(jsonb_agg(d.delivery_id), '[]') from ops.delivery as d where d.status = 'withdrawn'),
    'intake_failure', coalesce(
        b.intake_failures, (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.intake_failure as t)
    ),
    'decided_value', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.decided_value as t),
    'rule_decision', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.rule_decision as t),
    'waiver', (
        select coalesce(jsonb_agg(to_jsonb(w)), '[]') from ops.waiver as w
        where coalesce(w.granted_at, '-infinity') <= coalesce(b.sealed_at, 'infinity')
    ),
    'month_close', (
        select coalesce(jsonb_agg(to_jsonb(m)), '[]') from ops.month_close as m
        where m.closed_at <= coalesce(b.sealed_at, 'infinity')
    )
)
from ops.build as b
inner join ops.publication as p on p.publication = b.build
inner join ops.certificate as c on c.build = b.build
where b.build = %(build)s
