-- Who holds a delivery is a code. Gate 2 knew its own holds, and a trial what it had left out, by the Chinese words of the
-- reason: who corrected these changed what is held again.
set role wh_owner;

alter table ops.delivery add column held_by text;
update ops.delivery as d
set held_by = case
    when d.status = 'landed' then 'trial'
    -- Whatever the Chinese words before the name: they were others once.
    when split_part(d.reason, ': ', 1) like '% gate 2' then 'gate_2'
    when split_part(d.reason, ': ', 1) like '% model_failed' then 'model'
    else 'gate_1'
end
where d.status = 'held' or d.status = 'landed' and d.reason like '% excluded from a trial';
alter table ops.delivery add constraint held_by_someone check (
    held_by is null or held_by in ('gate_1', 'gate_2', 'model') and status = 'held' or held_by = 'trial' and status = 'landed'
);
comment on column ops.delivery.held_by is
'由谁暂扣：入库前检查、发布前检查、无法用它计算的模型；逐一排查时暂不用的为 trial。 | Who holds it: gate_1, gate_2, model (a model could not be computed with it); trial: not held, but left out of a trial of the models for now. NULL: nobody, or recorded before this was kept.';
grant update (held_by) on ops.delivery to wh_gate;

create or replace function ops.release_delivery(number bigint, why text) returns bigint []
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    named ops.delivery;
    failed text;
    numbers bigint [];
begin
    perform ops.assert_reason(why, '放行', 'a release');
    select * into named from ops.delivery as d where d.delivery_id = number;
    if not found then
        raise exception using errcode = 'WH002',
            message = format('报送编号 %s 不存在 | there is no delivery %s', number, number),
            hint = 'The alert and the status page show the numbers of held deliveries.';
    end if;
    if named.status <> 'held' then
        raise exception using errcode = 'WH013', message = format(
            '报送编号 %s 未被暂扣（%s） | delivery %s is not held (%s)', number, named.status, number, named.status
        );
    end if;
    -- A model would fail with it again, and the night hold it again; until the models are others.
    select c.message_zh || ' | ' || c.message_en into failed
    from ops.delivery as d
    inner join ops.check_result as c
        on d.build = c.build and d.delivery_id = c.delivery_id and c.check_name = 'model_failed' and not c.success
    inner join ops.build as held_in on d.build = held_in.build
    where (d.feed, d.unit, d.report_date) = (named.feed, named.unit, named.report_date) and d.status = 'held'
        and held_in.rules_digest is not distinct from (
            select newest.rules_digest from ops.build as newest
            where newest.rules_digest is not null
            order by newest.build desc limit 1
        )
    order by d.delivery_id
    limit 1;
    if found then
        raise exception using errcode = 'WH014',
            message = format('报送编号 %s 不能放行：%s', number, failed),
            hint = 'Released, it would be held again. Let the unit correct the data and send them once more.';
    end if;
    with released as (
        update ops.delivery as d
        set status = 'landed', build = null, reason = null, held_by = null
        where (d.feed, d.unit, d.report_date) = (named.feed, named.unit, named.report_date) and d.status = 'held'
        returning d.delivery_id, d.unit, d.report_date
    ),
    waived as (
        insert into ops.waiver (check_name, unit, valid_from, valid_to, granted_by, reason)
        select 'delivery:' || r.delivery_id, r.unit, r.report_date, r.report_date, session_user, why
        from released as r
        on conflict do nothing
    )
    select array_agg(r.delivery_id order by r.delivery_id) into numbers from released as r;
    perform ops.record_act(
        'release_delivery',
        format('%s %s %s: %s', named.feed, named.unit, named.report_date, array_to_string(numbers, ', ')),
        why, delivery_id => number
    );
    return numbers;
end $$;

create or replace function ops.roll_back(number integer, withdrawn bigint [], why text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '15s'
as $$
declare
    wrong bigint;
    leaving bigint [] := withdrawn;
    gone bigint [] := '{}';
    said text;
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
    -- What is withdrawn is never used again; the rest is offered to the next night, as if it had just arrived. What was held
    -- too: it may have been compared with what is withdrawn.
    while cardinality(leaving) > 0 loop
        gone := gone || leaving;
        update ops.delivery as d
        set status = 'withdrawn', reason = why, build = coalesce(d.build, number), held_by = null
        where d.delivery_id = any(leaving);
        leaving := array(select ops.withdrawn_with(gone));
    end loop;
    update vault.rejected_row as r set corrected_by = null
    from ops.delivery as d where r.corrected_by = d.delivery_id and d.status = 'withdrawn';
    update ops.delivery as d set status = 'landed', build = null, reason = null, held_by = null
    where d.status in ('accepted', 'held') and d.build >= number;
    -- Items of a withdrawn reading are sent again only when the platform is read from the beginning.
    delete from ops.platform_cursor
    where exists (select from ops.delivery as d where d.delivery_id = any(withdrawn) and d.kind = 'pages');
    select string_agg(d.delivery_id::text, ', ' order by d.delivery_id) into said
    from ops.delivery as d
    where d.delivery_id = any(gone) and (d.kind <> 'withdrawn' or d.delivery_id = any(withdrawn));
    perform ops.record_act(
        'roll_back',
        format('publication %s and later; withdrawn deliveries: %s', number, coalesce(said, '-')),
        why, build => number
    );
    return ops.standing_publication();
end $$;

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
    delete from ops.model_version as m where m.build = number;
    update ops.build as b set sealed_at = null where b.build = number;
    -- What a build accepted or held that was not published is offered again, whatever its date.
    update ops.delivery as d
    set build = null, status = 'landed', reason = null, held_by = null
    where d.status in ('landed', 'accepted', 'held')
        and not exists (select from ops.valid_publication as p where p.publication = d.build);
    -- What is held of a submission is judged again with what has arrived of it since: its parts together are what the unit
    -- reports. Alone, the part that arrived would be taken for all of it.
    update ops.delivery as d
    set build = null, status = 'landed', reason = null, held_by = null
    where d.status = 'held' and d.report_date <= wanted_date
        and exists (
            select from ops.delivery as arrived
            where (arrived.feed, arrived.unit, arrived.report_date) = (d.feed, d.unit, d.report_date)
                and arrived.status = 'landed' and arrived.delivery_id > d.delivery_id
        )
        and not exists (
            select from ops.delivery as later
            where (later.feed, later.unit, later.report_date, later.part) = (d.feed, d.unit, d.report_date, d.part)
                and later.revision > d.revision and later.status in ('landed', 'accepted', 'held')
        );
    update ops.delivery as d set build = number
    where d.status = 'landed' and d.report_date <= wanted_date;
    return number;
end $$;

reset role;
