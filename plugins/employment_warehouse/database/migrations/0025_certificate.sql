-- What a certificate vouches for cannot change any more: the build is sealed before gate 2 looks, writers hold its row,
-- and publishing compares rows, deliveries and rules with digests whose key is drawn when the build is sealed.
set role wh_owner;

alter table ops.build add column sealed_at timestamptz;
comment on column ops.build.sealed_at is
'发布前检查开始的时间，此后不得再写入。 | When gate 2 began to look: from then on nothing of the build is written.';

-- Nobody but functions of wh_owner reads it: who does not know the key cannot find other rows with the same digest.
create table ops.digest_key (
    build integer primary key references ops.build (build),
    key bytea not null check (octet_length(key) = 32)
);

create table ops.expected_check (
    build integer not null references ops.build (build),
    suite text not null,
    check_name text not null,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    primary key (build, suite, check_name)
);
comment on table ops.expected_check is
'发布前必须运行的检查，汇总开始时登记。 | Every check that gate 2 has to run on a build, recorded when the build begins and by another role than the gate''s.';
grant select on ops.expected_check, ops.act to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator;

-- For defaults and policies, which run as the role that writes.
create function ops.this_transaction() returns xid8
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select pg_current_xact_id() $$;
comment on function ops.this_transaction() is '本事务的编号。 | Number of this transaction.';
grant execute on function ops.this_transaction() to wh_loader, wh_gate;

alter table ops.check_result add column recorded_by xid8;
alter table ops.check_result alter column recorded_by set default ops.this_transaction();
comment on column ops.check_result.recorded_by is
'写入它的事务。 | The transaction that recorded it: a certificate counts the results of its own.';
alter table ops.check_result add column was_run boolean not null default true;
comment on column ops.check_result.was_run is
'是否确实运行；未能运行视为未通过。 | Whether it could be run; one that could not counts as a failure, and its certificate as incomplete.';

-- Digests of other builds were sums of 64 bits; they stay as they are, as text.
alter table ops.certificate alter column digest type bytea using convert_to(digest::text, 'UTF8');
alter table ops.publication alter column digest type bytea using convert_to(digest::text, 'UTF8');
alter table ops.certificate add column landing_digest bytea, add column rules_digest bytea;

-- --- locks ----------------------------------------------------------------------------------------------------------

-- The pointer's row is the lock of the chain: nobody but wh_owner can take it. Of a build, FOR UPDATE waits for
-- writers (FOR SHARE) and for rows that name the build and are not committed (FOR KEY SHARE).
create function ops.lock_chain(number integer) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    holders text;
begin
    perform from ops.pointer for update;
    perform from ops.build as b where b.build = number for update;
exception when lock_not_available then
    select string_agg(format('%s (pid %s)', holder.usename, holder.pid), ', ' order by holder.pid) into holders
    from (
        select distinct a.usename, a.pid from pg_locks as l
        inner join pg_stat_activity as a on a.pid = l.pid
        where l.relation in ('ops.build'::regclass, 'ops.pointer'::regclass) and l.granted
            and l.mode <> 'AccessShareLock' and l.pid <> pg_backend_pid()
    ) as holder;
    raise exception using errcode = 'WH035',
        message = format(
            '数据库会话 %1$s 尚未结束，占用着汇总 | %1$s has not ended its transaction and holds the build', coalesce(holders, '?')
        ),
        hint = 'Try again once it has ended, or end it (pg_terminate_backend).';
end $$;

create function ops.seal_build(number integer) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '60s'
as $$
begin
    perform ops.lock_chain(number);
    update ops.build as b set sealed_at = now() where b.build = number and b.status = 'building';
    if not found then
        raise exception using errcode = 'WH003', message = format('build %s is not in progress', number);
    end if;
    insert into ops.digest_key as known (build, key)
    values (
        number,
        sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    )
    on conflict (build) do update set key = excluded.key
    where not exists (select from ops.certificate as c where c.build = number);
end $$;
comment on function ops.seal_build(integer) is
'发布前检查开始：等待写入结束，此后不得再写入。 | Gate 2 begins: waits for writers to end, and from then on nothing of the build is written; draws the key of its digests.';

create function ops.void_certificate(number integer) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '60s'
as $$
begin
    perform ops.lock_chain(number);
    if exists (select from ops.tonight as t where t.build = number) then
        delete from ops.certificate as c where c.build = number;
        update ops.build as b set sealed_at = null where b.build = number;
    end if;
end $$;
comment on function ops.void_certificate(integer) is
'撤销检查结论，以便重新加工。 | Withdraws the certificate of the build in progress, so that it can be written again.';

create or replace function ops.writable_build() returns integer
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    night ops.build;
    -- The build that the session was started for (transform): a run that another build has overtaken writes nothing.
    claimed text := nullif(current_setting('warehouse.build', true), '');
begin
    -- Held until the writer commits: gate 2 and the next build wait for it.
    select b.* into night from ops.build as b where b.status = 'building' for share;
    if night.build is distinct from claimed::integer and claimed is not null then
        raise exception using errcode = 'WH024', message = format('build %s is not being built', claimed),
            hint = 'Another run has begun a build since.';
    end if;
    if night.build is null then
        raise exception using errcode = 'WH020', message = '没有正在进行的汇总 | No night is being built',
            hint = 'A build is begun by ops.start_build.';
    end if;
    if night.sealed_at is not null or exists (select from ops.certificate as c where c.build = night.build) then
        raise exception using errcode = 'WH021',
            message = format('build %s has a certificate: its rows can no longer change', night.build),
            hint = 'Gate 2 has begun to look at it.';
    end if;
    return night.build;
end $$;

-- --- digests --------------------------------------------------------------------------------------------------------

-- Of a set of rows, in no order: their number, and four sums over a keyed hash of 64 bits of each row's bytes.
-- The array makes the bytes once a row, in parallel (1 M rows of 14 columns: 1.8 s, against 0.8 s for one sum without a
-- key; SHA-256 of each row 3.6 s).
create function ops.rows_digest(relation text, condition text, given anyelement, key bytea) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    digest text;
begin
    execute format(
        'select concat_ws('' '', count(*), sum(hashbyteaextended(r, $2)), sum(hashbyteaextended(r, $3)),'
        ' sum(hashbyteaextended(r, $4)), sum(hashbyteaextended(r, $5)))'
        ' from (select unnest(array[record_send(t)]) as r from %s as t where %s) as sent', relation, condition
    ) into digest
    using
        given, substring(key, 1, 8)::bigint, substring(key, 9, 8)::bigint, substring(key, 17, 8)::bigint,
        substring(key, 25, 8)::bigint;
    return digest;
end $$;

create function ops.key_of(number integer) returns bytea
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select coalesce((select k.key from ops.digest_key as k where k.build = number), decode(repeat('00', 32), 'hex'))
$$;
comment on function ops.key_of(integer) is
'汇总摘要的密钥；未封存为零。 | The key of a build''s digests; zeros before it is sealed.';

drop function ops.build_digest(integer);
create function ops.build_digest(number integer) returns bytea
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    key bytea := ops.key_of(number);
    digests text := '';
    relation text;
begin
    for relation in
        select format('store.%I', c.relname) from pg_class as c
        where c.relnamespace = 'store'::regnamespace and c.relkind in ('r', 'p') order by 1
    loop
        digests := digests || relation || ' '
            || ops.rows_digest(relation, 't.from_build = $1 or t.to_build = $1', number, key) || E'\n';
    end loop;
    return sha256(convert_to(digests, 'UTF8'));
end $$;
comment on function ops.build_digest(integer) is
'汇总写入的所有行的摘要（256位，带密钥）。 | Digest of the rows that a build opened or closed: 256 bits, with the build''s own key, so that no other rows can be made to have it.';

-- With a row missing or added to what was landed, nothing is certified.
create function ops.landing_digest(number integer) returns bytea
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    key bytea := ops.key_of(number);
    digests text := '';
    used record;
    rows text;
begin
    for used in
        -- All parts of what this build accepted: late ones are read with those of before.
        select d.feed, array_agg(d.delivery_id order by d.delivery_id) as numbers, sum(d.rows_landed) as landed,
            string_agg(format('%s %s %s', d.delivery_id, d.kind, d.rows_landed), ',' order by d.delivery_id) as described
        from ops.delivery as d
        where d.status = 'accepted' and d.purged_at is null
            and (d.feed, d.unit, d.report_date) in (
                select accepted.feed, accepted.unit, accepted.report_date from ops.delivery as accepted
                where accepted.build = number and accepted.status = 'accepted'
            )
        group by d.feed order by d.feed
    loop
        rows := ops.rows_digest(format('landing.%I', used.feed), 't.delivery_id = any($1)', used.numbers, key);
        if split_part(rows, ' ', 1)::bigint <> used.landed then
            raise exception using errcode = 'WH034', message = format(
                '%1$s 的落地行数与登记不符 | %1$s: %2$s rows are in landing, %3$s were landed',
                used.feed, split_part(rows, ' ', 1), used.landed
            );
        end if;
        digests := digests || used.feed || ' ' || used.described || ' ' || rows || E'\n';
    end loop;
    return sha256(convert_to(digests, 'UTF8'));
end $$;
comment on function ops.landing_digest(integer) is
'汇总所用报送及其落地行的摘要。 | Digest of the deliveries that a build reads, and of their landed rows.';

create function ops.rules_digest(number integer) returns bytea
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    key bytea := ops.key_of(number);
    digests text := '';
    relation text;
begin
    for relation in
        select format('%I.%I', n.nspname, c.relname) from pg_class as c
        inner join pg_namespace as n on n.oid = c.relnamespace
        where c.relkind = 'r' and (n.nspname = 'seeds' or (n.nspname, c.relname) = ('ops', 'rule_decision'))
        order by 1
    loop
        digests := digests || relation || ' ' || ops.rows_digest(relation, '$1 is not null', number, key) || E'\n';
    end loop;
    return sha256(convert_to(digests, 'UTF8'));
end $$;
comment on function ops.rules_digest(integer) is
'参数、种子表和规则决定的摘要。 | Digest of settings and other seeds, and of decisions on rules.';

-- --- the certificate ------------------------------------------------------------------------------------------------

create function ops.expect_checks(number integer, checks jsonb) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    expected integer;
begin
    if not exists (
        select from ops.build as b where b.build = number and b.status = 'building' and b.sealed_at is null
    ) then
        raise exception using errcode = 'WH003', message = format('build %s is not in progress, or is being checked', number);
    end if;
    delete from ops.expected_check as e where e.build = number;
    insert into ops.expected_check (build, suite, check_name, severity)
    select number, c.suite, c.check_name, c.severity
    from jsonb_to_recordset(checks) as c (suite text, check_name text, severity text);
    get diagnostics expected = row_count;
    return expected;
end $$;
comment on function ops.expect_checks(integer, jsonb) is
'登记发布前必须运行的检查。 | Records which checks gate 2 has to run on a build ([{suite, check_name, severity}, …]); how many.';

create function ops.certify(
    number integer, versions jsonb, out checks_expected integer, out checks_run integer, out critical_failed integer
)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from ops.build as b where b.build = number and b.status = 'building' and b.sealed_at is not null
    ) then
        raise exception using errcode = 'WH003', message = format('build %s is not in progress, or was not sealed', number);
    end if;
    if not exists (select from ops.expected_check as e where e.build = number) then
        raise exception using errcode = 'WH033',
            message = format('第 %1$s 次汇总没有检查清单 | nobody has recorded which checks build %1$s must pass', number);
    end if;
    with
    found as (
        select
            r.suite, r.check_name, bool_and(r.was_run) as was_run,
            bool_or(not r.success and r.waiver is null) as has_failed, bool_or(r.severity = 'critical') as is_critical
        from ops.check_result as r
        where r.build = number and r.gate = 2 and r.recorded_by = pg_current_xact_id()
        group by 1, 2
    ),
    checked as (
        select
            coalesce(f.was_run, false) as was_run, coalesce(f.has_failed, true) as has_failed,
            coalesce(f.is_critical, false) or coalesce(e.severity = 'critical', false) as is_critical
        from found as f
        full join (select * from ops.expected_check where build = number) as e
            on e.suite = f.suite and e.check_name = f.check_name
    )
    select
        count(*), count(*) filter (where c.was_run), count(*) filter (where c.has_failed and c.is_critical)
    into checks_expected, checks_run, critical_failed
    from checked as c;
    delete from ops.certificate as c where c.build = number;
    insert into ops.certificate (
        build, suite_versions, checks_expected, checks_run, critical_failed, row_counts, digest, landing_digest,
        rules_digest
    )
    select
        number, versions, certify.checks_expected, certify.checks_run, certify.critical_failed,
        (select coalesce(jsonb_object_agg(s.model, s.rows_open), '{}') from ops.store_rows() as s),
        ops.build_digest(number), ops.landing_digest(number), ops.rules_digest(number);
end $$;
comment on function ops.certify(integer, jsonb) is
'按检查结果开具结论。 | Writes the certificate of the sealed build in progress from the results that gate 2 has recorded in this transaction and the list of checks that it had to run.';

-- --- begin and end of a build ---------------------------------------------------------------------------------------

create or replace function ops.start_build(wanted_date date, wanted_run text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '60s'
as $$
declare
    number integer;
    shown date;
begin
    perform ops.lock_chain(null);
    select b.build into number from ops.build as b
    where b.run_id = wanted_run and b.status = 'building' and b.base = ops.chain_head();
    if number is null then
        select p.report_date into shown from ops.publication as p
        where p.publication = ops.standing_publication();
        if wanted_date < shown then
            raise exception using errcode = 'WH001',
                message = format(
                    '报表日期 %1$s 早于已发布的 %2$s | report date %1$s is before %2$s, which is published', wanted_date, shown
                ),
                hint = 'Late files are ingested under their own date by a night of today.';
        end if;
        if wanted_date > (now() at time zone 'Asia/Shanghai')::date then
            raise exception using errcode = 'WH010',
                message = format('报表日期 %1$s 尚未到 | report date %1$s is in the future', wanted_date),
                hint = 'Published, it would close every earlier date.';
        end if;
        update ops.build set status = 'abandoned' where status = 'building';
        insert into ops.build (report_date, run_id, base) values (wanted_date, wanted_run, ops.chain_head())
        returning build into number;
        perform ops.undo_unpublished();
    end if;
    -- A run that goes on writes again, and is checked again.
    delete from ops.certificate as c where c.build = number;
    update ops.build as b set sealed_at = null where b.build = number;
    -- What a build accepted that was not published is offered again, whatever its date.
    update ops.delivery as d
    set build = null, status = 'landed', reason = null
    where d.status in ('landed', 'accepted')
        and not exists (
            select from ops.publication as p where p.publication = d.build and p.rolled_back_at is null
        );
    update ops.delivery as d set build = number
    where d.status = 'landed' and d.report_date <= wanted_date;
    return number;
end $$;

create or replace function ops.start_scratch() returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '60s'
as $$
declare
    newest ops.build;
    number integer;
begin
    perform ops.lock_chain(null);
    select b.* into newest from ops.build as b order by b.build desc limit 1;
    if newest.status in ('building', 'held') and newest.run_id <> 'scratch' then
        raise exception using errcode = 'WH013',
            message = format(
                '%s 的夜间流程正在汇总或暂扣，不能试算 | build %s of the night of %s is %s: no scratch build can begin',
                newest.report_date, newest.build, newest.report_date, newest.status
            ),
            hint = 'Wait until it is published or, if it is held or was interrupted, run the night again.';
    end if;
    if newest.status = 'building' and newest.base = ops.chain_head() then
        return newest.build;
    end if;
    update ops.build set status = 'abandoned' where status = 'building';
    insert into ops.build (report_date, run_id, base)
    values (
        coalesce(
            (select p.report_date from ops.publication as p where p.publication = ops.standing_publication()),
            (now() at time zone 'Asia/Shanghai')::date
        ),
        'scratch', ops.chain_head()
    )
    returning build into number;
    perform ops.undo_unpublished();
    return number;
end $$;

create or replace function ops.move_pointer(number integer, release_reason text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '15s'
as $$
declare
    night ops.build;
    paper ops.certificate;
    missing text;
begin
    perform ops.lock_chain(number);
    select * into night from ops.build as b where b.build = number;
    if not found then
        raise exception using errcode = 'WH002', message = format('没有第 %1$s 次汇总 | there is no build %1$s', number);
    end if;
    if night.status = 'published' then
        return number;
    end if;
    if night.run_id = 'scratch' then
        raise exception using errcode = 'WH003', message = format('build %s is a scratch build', number);
    end if;
    if night.status not in ('building', 'held') or night.base <> ops.chain_head()
        or number < (select max(b.build) from ops.build as b)
    then
        raise exception using errcode = 'WH003', message = format(
            '第 %1$s 次汇总（%2$s）之后另有汇总、发布或撤回 | build %1$s (%2$s) is not the newest on publication %3$s;'
            ' a later one was begun, published or rolled back',
            number, night.status, ops.chain_head()
        );
    end if;
    select * into paper from ops.certificate as c where c.build = number;
    if not found or paper.checks_run <> paper.checks_expected then
        raise exception using errcode = 'WH004',
            message = format('第 %1$s 次汇总没有完整的检查结论 | build %1$s has no complete certificate of gate 2', number);
    end if;
    if paper.issued_at < night.started_at then
        raise exception using errcode = 'WH004', message = format('第 %1$s 次汇总的检查结论已过期 | the certificate of build %1$s is stale', number);
    end if;
    if paper.critical_failed > 0 and release_reason is null then
        raise exception using errcode = 'WH005',
            message = format(
                '第 %1$s 次汇总有 %2$s 项发布前检查未通过，暂扣 | gate 2 holds build %1$s: %2$s critical checks failed',
                number, paper.critical_failed
            ),
            hint = 'An operator may release it on the record, under his or her own login and for a reason.';
    end if;
    select string_agg(m.model, ', ') into missing from (
        select v.model from ops.versioned as v
        where not exists (select from ops.model_version as m where m.build = number and m.model = v.model)
        order by 1 limit 5
    ) as m;
    if missing is not null then
        raise exception using errcode = 'WH032',
            message = format('第 %1$s 次汇总没有写出这些模型：%2$s | build %1$s has not written %2$s', number, missing),
            hint = 'A step of the build was left out, or marked as a success by hand: run the night again.';
    end if;
    if night.sealed_at is null or paper.digest is distinct from ops.build_digest(number) then
        raise exception using errcode = 'WH006',
            message = format('第 %1$s 次汇总在检查后被改动 | build %1$s changed after its certificate was written', number);
    end if;
    if paper.landing_digest is distinct from ops.landing_digest(number) then
        raise exception using errcode = 'WH006',
            message = format('第 %1$s 次汇总所用的报送在检查后被改动 | deliveries of build %1$s changed after its certificate was written', number);
    end if;
    if paper.rules_digest is distinct from ops.rules_digest(number) then
        raise exception using errcode = 'WH006',
            message = format('参数、种子表或规则决定在检查后被改动 | settings, seeds or rule decisions changed after the certificate of build %s was written', number),
            hint = 'Run the night again.';
    end if;
    insert into ops.publication (publication, report_date, digest, released_by, release_reason)
    values (
        number, night.report_date, paper.digest,
        case when paper.critical_failed > 0 then session_user end,
        case when paper.critical_failed > 0 then release_reason end
    );
    if paper.critical_failed > 0 then
        perform ops.record_act('release_night', format('build %s of %s', number, night.report_date), release_reason, build => number);
    end if;
    update ops.build set status = 'published' where build = number;
    update ops.pointer set publication = number;
    return number;
end $$;

create or replace function ops.roll_back(number integer, withdrawn bigint [], why text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '15s'
as $$
declare
    wrong bigint;
begin
    perform ops.lock_chain(null);
    perform ops.assert_reason(why, '撤回', 'a rollback');
    if not exists (
        select from ops.publication as p where p.publication = number and p.rolled_back_at is null
    ) then
        raise exception using errcode = 'WH002',
            message = format('没有第 %1$s 号发布，或已撤回 | publication %1$s does not exist, or is rolled back already', number);
    end if;
    select w into wrong
    from unnest(withdrawn) as w
    left join ops.delivery as d on d.delivery_id = w and d.status = 'accepted' and d.build >= number
    where d.delivery_id is null
    order by w limit 1;
    if found then
        raise exception using errcode = 'WH011',
            message = format(
                '报送 %1$s 不是由第 %2$s 号及其后的发布采用的'
                ' | delivery %1$s was not accepted by publication %2$s or a later one', wrong, number
            ),
            hint = 'Roll back to before the publication that accepted it.';
    end if;

    update ops.build set status = 'abandoned' where status = 'building';
    update ops.publication as p
    set rolled_back_at = now(), rolled_back_by = session_user, rollback_reason = why
    where p.publication >= number and p.rolled_back_at is null;
    update ops.build as b set status = 'rolled_back' where b.build >= number and b.status = 'published';
    update ops.pointer set publication = (
        select max(p.publication) from ops.publication as p where p.rolled_back_at is null
    );
    -- What is withdrawn is never used again; the rest is offered to the next night, as if it had just arrived.
    update ops.delivery as d set status = 'withdrawn', reason = why where d.delivery_id = any(withdrawn);
    update ops.delivery as d set status = 'landed', build = null, reason = null
    where d.status = 'accepted' and d.build >= number;
    -- Items of a withdrawn reading are sent again only when the platform is read from the beginning.
    delete from ops.platform_cursor
    where exists (select from ops.delivery as d where d.delivery_id = any(withdrawn) and d.kind = 'pages');
    perform ops.record_act(
        'roll_back',
        format('publication %s and later; withdrawn deliveries: %s', number, coalesce(nullif(array_to_string(withdrawn, ', '), ''), '-')),
        why, build => number
    );
    return ops.standing_publication();
end $$;

-- --- deliveries: a loader adds rows to what it lands, a gate decides on what tonight offers -------------------------

alter table ops.delivery add column landed_by xid8;
update ops.delivery set landed_by = '0';
alter table ops.delivery alter column landed_by set not null;
alter table ops.delivery alter column landed_by set default ops.this_transaction();
comment on column ops.delivery.landed_by is
'落地（或恢复）它的事务：只有该事务可以写入其行。 | The transaction that landed (or restored) it: only that one can add rows to it.';

alter table ops.delivery enable row level security;
create policy read_all on ops.delivery for select using (true);
create policy lands on ops.delivery for insert to wh_loader with check (true);
create policy counts_what_it_lands on ops.delivery for update to wh_loader
using (landed_by = (select ops.this_transaction())) with check (landed_by = (select ops.this_transaction()));
create policy of_tonight on ops.delivery for update to wh_gate
using (build in (select t.build from ops.tonight as t))
with check (
    status in ('landed', 'held')
    or status = 'accepted'
    and exists (select from ops.build as b where b.build = delivery.build and b.status = 'building' and b.sealed_at is null)
);
revoke update (purged_at) on ops.delivery from wh_loader;

alter table ops.delivery_profile enable row level security;
create policy read_all on ops.delivery_profile for select using (true);
create policy of_tonight on ops.delivery_profile to wh_gate
using (
    exists (
        select from ops.delivery as d inner join ops.tonight as t on t.build = d.build
        where d.delivery_id = delivery_profile.delivery_id
    )
);

-- COPY does not heed policies; a trigger sees what it has added.
create function landing.assert_own_delivery() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    foreign_id bigint;
begin
    select a.delivery_id into foreign_id
    from (select distinct added.delivery_id from added) as a
    where not exists (
        select from ops.delivery as d
        where d.delivery_id = a.delivery_id and d.feed = tg_table_name and d.landed_by = pg_current_xact_id()
    )
    limit 1;
    if found then
        raise exception using errcode = 'WH008',
            message = format('delivery %s is not being landed by this transaction', foreign_id);
    end if;
    return null;
end $$;

create or replace function landing.remove_repeated(
    feed text, number bigint, key text [], sheets text [], suspects integer []
)
returns table (sheet text, line integer)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    key_row text := (select 'row(' || string_agg(format('l.%I', part), ', ') || ')' from unnest(key) as part);
begin
    if not exists (
        select from ops.delivery as d
        where d.delivery_id = number and d.feed = remove_repeated.feed and d.landed_by = pg_current_xact_id()
    ) then
        raise exception using errcode = 'WH008',
            message = format('delivery %s is not being landed by this transaction', number);
    end if;
    -- A hash finds the rows that may be meant; they are compared by their keys. NULL is a value here.
    return query execute format(
        'with suspect_keys as (
            select distinct hash_record_extended(%1$s, 0) as digest
            from landing.%2$I as l
            where l.delivery_id = $1 and l.line = any($3)
        ),

        ranked as (
            select l.ctid as place, row_number() over (
                partition by %1$s order by array_position($2, l.sheet) desc, l.line desc
            ) as age
            from landing.%2$I as l
            where l.delivery_id = $1 and hash_record_extended(%1$s, 0) in (select digest from suspect_keys)
        )

        delete from landing.%2$I as l using ranked
        where l.ctid = ranked.place and ranked.age > 1
        returning l.sheet, l.line', key_row, feed
    ) using number, sheets, suspects;
end $$;

create function landing.begin_restore(number bigint)
returns table (
    feed text, unit text, report_date date, part text, revision integer, kind text, sha256 bytea, path text,
    rows_landed integer
)
language sql security definer set search_path = pg_catalog, pg_temp
as $$
    update ops.delivery as d set landed_by = pg_current_xact_id()
    where d.delivery_id = number and d.purged_at is not null
    returning d.feed, d.unit, d.report_date, d.part, d.revision, d.kind, d.sha256, d.path, d.rows_landed
$$;
comment on function landing.begin_restore(bigint) is
'开始恢复已清理的报送。 | Lets this transaction land the rows of a purged delivery again; nothing, if it is not purged.';

create function landing.end_restore(number bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    restored ops.delivery;
    counted bigint;
begin
    select * into restored from ops.delivery as d where d.delivery_id = number and d.landed_by = pg_current_xact_id();
    if not found then
        raise exception using errcode = 'WH008',
            message = format('delivery %s is not being restored by this transaction', number);
    end if;
    execute format('select count(*) from landing.%I where delivery_id = $1', restored.feed) into counted using number;
    if counted <> restored.rows_landed then
        raise exception using errcode = 'WH034',
            message = format('delivery %s: %s rows were restored, %s were landed', number, counted, restored.rows_landed);
    end if;
    update ops.delivery as d set purged_at = null where d.delivery_id = number;
    return counted;
end $$;
comment on function landing.end_restore(bigint) is
'恢复完毕，核对行数。 | Ends the restoring of a delivery: it has as many rows as were landed.';

-- --- rights ---------------------------------------------------------------------------------------------------------

revoke insert, update, delete on ops.certificate from wh_gate;
drop policy of_tonight on ops.certificate;
grant execute on function ops.seal_build(integer), ops.certify(integer, jsonb), ops.void_certificate(integer) to wh_gate;
grant execute on function ops.expect_checks(integer, jsonb) to wh_publisher;
grant execute on function landing.begin_restore(bigint), landing.end_restore(bigint) to wh_loader;

reset role;
