-- Fourteen refusals were said in one language, or half in one. Only their texts change, and names inside three functions: each is replaced where
-- it stands, so that what a function does is not written down a second time.
set role wh_owner;

do $do$
declare
    changed record;
    definition text;
begin
    for changed in
        select * from (
            values
            (
                'landing.end_restore(bigint)',
                $$'delivery %s is not being restored by this transaction'$$,
                $$'本事务没有在恢复报送 %1$s | delivery %1$s is not being restored by this transaction'$$
            ),
            (
                'landing.end_restore(bigint)',
                $$'delivery %s: %s rows were restored, %s were landed'$$,
                $$'报送 %1$s：恢复了 %2$s 行，入库时为 %3$s 行 | delivery %1$s: %2$s rows were restored, %3$s were landed'$$
            ),
            (
                'landing.refuse_row()',
                $$'delivery %s is not being landed by this transaction'$$,
                $$'本事务没有在入库报送 %1$s | delivery %1$s is not being landed by this transaction'$$
            ),
            (
                'landing.remove_repeated(text,bigint,text[],text[],integer[])',
                $$'delivery %s is not being landed by this transaction'$$,
                $$'本事务没有在入库报送 %1$s | delivery %1$s is not being landed by this transaction'$$
            ),
            (
                'ops.certify(integer,jsonb)',
                $$'build %s is not in progress, or was not sealed'$$,
                $$'第 %1$s 次汇总没有在进行，或尚未封存 | build %1$s is not in progress, or was not sealed'$$
            ),
            (
                'ops.expect_checks(integer,jsonb)',
                $$'build %s is not in progress, or is being checked'$$,
                $$'第 %1$s 次汇总没有在进行，或正在检查 | build %1$s is not in progress, or is being checked'$$
            ),
            (
                'ops.move_pointer(integer,text)',
                $$'build %s is a scratch build'$$,
                $$'第 %1$s 次汇总是试算，不能发布 | build %1$s is a scratch build, which is never published'$$
            ),
            (
                'ops.seal_build(integer)',
                $$'build %s is not in progress'$$,
                $$'第 %1$s 次汇总没有在进行 | build %1$s is not in progress'$$
            ),
            (
                'ops.undo_version(text)',
                $$'%s is not a declared model'$$,
                $$'没有声明模型 %1$s | %1$s is not a declared model'$$
            ),
            (
                'ops.writable_build()',
                $$'build %s is not being built'$$,
                $$'第 %1$s 次汇总没有在进行 | build %1$s is not in progress'$$
            ),
            (
                'ops.writable_build()',
                $$'build %s has a certificate: its rows can no longer change'$$,
                $$'第 %1$s 次汇总已开始检查，其数据不能再改 | gate 2 has begun to check build %1$s: its rows can no longer change'$$
            ),
            (
                'ops.assert_keys(ops.versioned)',
                $$'%s: %s rows have no value in a column of (%s)'$$,
                $$'%1$s：%2$s 行的主键（%3$s）不完整 | %1$s: %2$s rows have no value in a column of (%3$s)'$$
            ),
            (
                'ops.assert_keys(ops.versioned)',
                $$'%s: %s keys (%s) occur more than once'$$,
                $$'%1$s：%2$s 个主键（%3$s）重复 | %1$s: %2$s keys (%3$s) occur more than once'$$
            ),
            (
                'ops.release_delivery(bigint,text)',
                $$select c.message_zh || ' | ' || c.message_en into failed$$,
                $$select format(
        '报送编号 %1$s 不能放行：%2$s | delivery %1$s cannot be released: %3$s', number, c.message_zh, c.message_en
    ) into failed$$
            ),
            (
                'ops.release_delivery(bigint,text)',
                $$format('报送编号 %s 不能放行：%s', number, failed)$$,
                'failed'
            ),
            ('ops.roll_back(integer,bigint[],text)', 'gone', 'all_withdrawn'),
            ('ops.roll_back(integer,bigint[],text)', 'said', 'listed'),
            ('ops.close_month(date)', 'taken_back', 'rolled_back')
        ) as c (function, old, new)
    loop
        definition := pg_get_functiondef(changed.function::regprocedure);
        if strpos(definition, changed.old) = 0 then
            raise exception '% does not contain %', changed.function, changed.old;
        end if;
        execute replace(definition, changed.old, changed.new);
    end loop;
    -- A parameter cannot be renamed in place.
    definition := pg_get_functiondef('ops.withdrawn_with(bigint[])'::regprocedure);
    drop function ops.withdrawn_with(bigint []);
    execute replace(definition, 'gone', 'deliveries');
end $do$;
comment on function ops.withdrawn_with(bigint []) is
'随这些报送一并作废的：对其中各行的更正；因其而作废的更正和移走的分册，其作废不再有效。 | What is withdrawn with these deliveries: the corrections of their rows; and what withdrew the corrections and parts that they replaced, which thereby count again.';
revoke all on function ops.withdrawn_with(bigint []) from public;

comment on function ops.build_digest(integer) is
'汇总写入的所有行的校验和（256位，带密钥）。 | Digest of the rows that a build opened or closed: 256 bits, with the build''s own key, so that no other rows can be made to have it.';
comment on function ops.key_of(integer) is
'汇总校验和的密钥；未封存为零。 | The key of a build''s digests; zeros before it is sealed.';
comment on function ops.landing_digest(integer) is
'汇总所用报送及其落地行的校验和。 | Digest of the deliveries that a build reads, and of their landed rows.';
comment on function ops.publication_digest(integer) is
'某次发布所作改动的校验和，此后任何时候相同。 | Digest of the rows that a publication opened and closed; the same at any later time and in any copy.';
comment on function ops.record_rules(text) is
'记下当次汇总所用规则的校验和；规则与上次发布不同、或其后删除过人员则为真。 | Records by which rules the build in progress is reckoned (a digest of the models'' SQL, which is given, and of the seeds and decisions in force); whether they are others than those of the last publication, or a person has been erased since.';
comment on function ops.rules_digest(integer) is
'参数、种子表和规则决定的校验和。 | Digest of settings and other seeds, and of decisions on rules.';
comment on column ops.build.rules_digest is
'所用规则的校验和：参数与种子表、规则决定、模型 SQL。 | Digest of the rules of the build: settings and other seeds, decisions, SQL of the models.';
comment on column marts.data_quality.county_code is
'县（市）代码；项目、批次及平台为全州代码。 | County that the check speaks of; the prefecture for projects, batches and the platform.';
comment on table ops.alert is
'提醒。 | What was reported, to whom, about which night; also where no channel is configured.';

reset role;
