-- The ledger as it is now, without acts: what was decided since the standing publication, and what is the same for all
-- of them.
select jsonb_build_object(
    'head', ops.chain_head(),
    'vault', ops.vault_ledger(),
    'publications', (select coalesce(jsonb_agg(to_jsonb(p) order by p.publication), '[]') from ops.publication as p),
    'unpublished', (
        select coalesce(jsonb_agg(to_jsonb(u) order by u.build), '[]') from ops.build as u
        where u.build > ops.chain_head()
    ),
    'states', (
        select coalesce(jsonb_agg(to_jsonb(s)), '[]')
        from (
            select d.delivery_id, d.status, d.reason, d.held_by, d.build from ops.delivery as d
            where d.status in ('landed', 'held', 'withdrawn')
        ) as s
    ),
    'deliveries', (
        select coalesce(jsonb_agg(to_jsonb(d) order by d.delivery_id), '[]') from ops.delivery as d
        where d.landed_at >= coalesce(
            (select b.started_at from ops.build as b where b.build = ops.chain_head()), '-infinity'
        )
    ),
    'erased', (
        select coalesce(jsonb_agg(to_jsonb(e)), '[]')
        from (
            select d.delivery_id, d.rows_landed, d.rows_rejected, d.rows_erased, d.months from ops.delivery as d
            where d.rows_erased > 0
        ) as e
    ),
    'erased_publications', (select coalesce(jsonb_agg(distinct e.publication), '[]') from ops.erasure_digest as e),
    'withdrawn', (select coalesce(jsonb_agg(d.delivery_id), '[]') from ops.delivery as d where d.status = 'withdrawn'),
    'intake_failure', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.intake_failure as t),
    'decided_value', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.decided_value as t),
    'rule_decision', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.rule_decision as t),
    'waiver', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.waiver as t),
    'schedule_begin', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.schedule_begin as t),
    'platform_cursor', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.platform_cursor as t),
    'month_close', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ops.month_close as t)
)
