-- Rows of an erased person are deleted, not closed, so the night that follows has no change by which the figures of a
-- series would leave the person out: it is computed anew for everyone, as after a change of the rules.
set role wh_owner;

create or replace function ops.record_rules(models text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    night ops.build;
    digest text := models;
    seed regclass;
    is_dated boolean;
    content text;
begin
    select b.* into night from ops.build as b inner join ops.tonight as t on b.build = t.build;
    for seed, is_dated in
        select
            c.oid::regclass,
            exists (
                select from pg_attribute as a
                where a.attrelid = c.oid and a.attname = 'valid_from' and not a.attisdropped
            )
        from pg_class as c
        where c.relnamespace = 'seeds'::regnamespace and c.relkind = 'r'
        order by c.relname
    loop
        execute format(
            'select coalesce(sum(hash_record_extended(t, 0)::numeric), 0)::text from %s as t where %s',
            seed, case when is_dated then 't.valid_from <= $1' else 'true' end
        ) into content using night.report_date;
        digest := digest || ' ' || content;
    end loop;
    select digest || ' ' || coalesce(sum(hash_record_extended((d.finding, d.valid_from, d.enabled), 0)::numeric), 0)
    into digest
    from ops.rule_decision as d
    where d.valid_from <= night.report_date;
    digest := encode(sha256(digest::bytea), 'hex');
    -- Rules that change while a night is built: it is reckoned by no one set of them, and the next night begins anew.
    if night.rules_digest <> digest then
        digest := encode(sha256((night.rules_digest || digest)::bytea), 'hex');
    end if;
    update ops.build as b set rules_digest = digest where b.build = night.build;
    return exists (
        select from ops.build as b where b.build = ops.chain_head() and b.rules_digest is distinct from digest
    ) or exists (
        select from vault.erasure as e
        inner join ops.publication as p on p.publication = ops.chain_head() and p.published_at < e.done_at
    );
end $$;
comment on function ops.record_rules(text) is
'记下当次汇总所用规则的摘要；规则与上次发布不同、或其后删除过人员则为真。 | Records by which rules the build in progress is reckoned (a digest of the models'' SQL, which is given, and of the seeds and decisions in force); whether they are others than those of the last publication, or a person has been erased since.';

reset role;
