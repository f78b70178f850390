-- By which rules each build was reckoned: a figure that changes although nothing new was reported changes with them.
set role wh_owner;

alter table ops.build add column rules_digest text;
comment on column ops.build.rules_digest is
'所用规则的摘要：参数与种子表、规则决定、模型 SQL。 | Digest of the rules of the build: settings and other seeds, decisions, SQL of the models.';

create function ops.record_rules(models text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    digest text := models;
    seed regclass;
    content text;
begin
    for seed in
        select c.oid::regclass from pg_class as c
        where c.relnamespace = 'seeds'::regnamespace and c.relkind = 'r' order by c.relname
    loop
        execute format('select coalesce(sum(hash_record_extended(t, 0)::numeric), 0)::text from %s as t', seed) into content;
        digest := digest || ' ' || content;
    end loop;
    select digest || ' ' || coalesce(sum(hash_record_extended((d.finding, d.valid_from, d.enabled), 0)::numeric), 0)
    into digest
    from ops.rule_decision as d;
    digest := encode(sha256(digest::bytea), 'hex');
    update ops.build as b set rules_digest = digest where b.build = (select t.build from ops.tonight as t);
    return digest;
end $$;
comment on function ops.record_rules(text) is
'记下当次汇总所用规则的摘要。 | Records by which rules the build in progress is reckoned: the digest of the models'' SQL, which is given, with those of seeds and decisions.';
grant execute on function ops.record_rules(text) to wh_transformer;

reset role;
