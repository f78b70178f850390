-- The chain of publications, and everything that may move its head.
set role wh_owner;

create function ops.standing_publication() returns integer
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select p.publication from ops.pointer as p $$;
comment on function ops.standing_publication() is
'现行发布编号；尚无发布为 NULL。 | The publication that is shown, reported, compared with and purged against; NULL before the first.';

create function ops.chain_head() returns integer
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select coalesce(ops.standing_publication(), 0) $$;
comment on function ops.chain_head() is
'链首编号：下一次汇总据此撤销未发布的行。 | The build to which the next build undoes: rows of later builds are tonight''s, or of builds that were never published or were rolled back.';

-- ops.undo_version does the same for one model; a model that no longer exists is undone here alone.
create function ops.undo_unpublished() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    head integer := ops.chain_head();
    relation text;
begin
    for relation in
        select format('store.%I', c.relname) from pg_class as c
        where c.relnamespace = 'store'::regnamespace and c.relkind in ('r', 'p') order by 1
    loop
        execute format('delete from %s where from_build > $1', relation) using head;
        execute format('update %s set to_build = null where to_build > $1', relation) using head;
    end loop;
end $$;
comment on function ops.undo_unpublished() is
'撤销链首之后写入的所有行。 | Removes what builds after the chain head wrote of any model: a build that was not published leaves no rows.';

create function ops.start_build(wanted_date date, wanted_run text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    number integer;
    shown date;
begin
    perform pg_advisory_xact_lock(hashtext('ops.build'));
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

-- Builds outside a night: an engineer runs one model and reads it. What it writes is undone by the next build.
create function ops.start_scratch() returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    newest ops.build;
    number integer;
begin
    perform pg_advisory_xact_lock(hashtext('ops.build'));
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
comment on function ops.start_scratch() is
'开始（或继续）试算：不采用报送，不能发布，由下一次汇总取代。 | Begins or continues a scratch build on the standing publication: no delivery is offered to it, it is never published, and the next build replaces it.';

create function ops.build_digest(number integer) returns numeric
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    total numeric := 0;
    part numeric;
    relation text;
begin
    for relation in
        select format('store.%I', c.relname) from pg_class as c
        where c.relnamespace = 'store'::regnamespace and c.relkind in ('r', 'p') order by 1
    loop
        execute format(
            'select coalesce(sum(hash_record_extended(t, 0)::numeric), 0) from %s as t '
            'where t.from_build = $1 or t.to_build = $1', relation
        ) into part using number;
        total := total + part;
    end loop;
    return total;
end $$;

create function ops.publish(number integer, operator text default null, release_reason text default null)
returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    night ops.build;
    paper ops.certificate;
begin
    perform pg_advisory_xact_lock(hashtext('ops.build'));
    perform from ops.pointer for update;
    select * into night from ops.build as b where b.build = number for update;
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
    if paper.critical_failed > 0 and (operator is null or length(btrim(coalesce(release_reason, ''))) < 3) then
        raise exception using errcode = 'WH005',
            message = format(
                '第 %1$s 次汇总有 %2$s 项发布前检查未通过，暂扣 | gate 2 holds build %1$s: %2$s critical checks failed',
                number, paper.critical_failed
            ),
            hint = 'An operator may release it on the record, with name and reason.';
    end if;
    if paper.digest <> ops.build_digest(number) then
        raise exception using errcode = 'WH006',
            message = format('第 %1$s 次汇总在检查后被改动 | build %1$s changed after its certificate was written', number);
    end if;
    insert into ops.publication (publication, report_date, digest, released_by, release_reason)
    values (
        number, night.report_date, paper.digest,
        case when paper.critical_failed > 0 then operator end,
        case when paper.critical_failed > 0 then release_reason end
    );
    update ops.build set status = 'published' where build = number;
    update ops.pointer set publication = number;
    return number;
end $$;

create function ops.hold_night(number integer, why text) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
    update ops.build set status = 'held', held_reason = why
    where build = number and status in ('building', 'held')
$$;

-- The parts of a unit's date were held together and are released together: half a snapshot would close the other half.
create function ops.release_delivery(number bigint, operator text, why text) returns bigint []
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    named ops.delivery;
    numbers bigint [];
begin
    if length(btrim(coalesce(operator, ''))) < 2 or length(btrim(coalesce(why, ''))) < 3 then
        raise exception using errcode = 'WH005', message = '放行须填写经办人和理由 | a release needs a name and a reason';
    end if;
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
    with released as (
        update ops.delivery as d
        set status = 'landed', build = null, reason = null
        where (d.feed, d.unit, d.report_date) = (named.feed, named.unit, named.report_date) and d.status = 'held'
        returning d.delivery_id, d.unit, d.report_date
    ),
    waived as (
        insert into ops.waiver (check_name, unit, valid_from, valid_to, granted_by, reason)
        select 'delivery:' || r.delivery_id, r.unit, r.report_date, r.report_date, operator, why
        from released as r
        on conflict do nothing
    )
    select array_agg(r.delivery_id order by r.delivery_id) into numbers from released as r;
    return numbers;
end $$;
comment on function ops.release_delivery(bigint, text, text) is
'放行被暂扣的报送及同批各部分；两道检查均不再暂扣。 | Releases a held delivery with the parts held with it; neither gate holds them again. The numbers of all that was released.';

create function ops.roll_back(number integer, withdrawn bigint [], operator text, why text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    wrong bigint;
begin
    perform pg_advisory_xact_lock(hashtext('ops.build'));
    perform from ops.pointer for update;
    if length(btrim(coalesce(operator, ''))) < 2 or length(btrim(coalesce(why, ''))) < 3 then
        raise exception using errcode = 'WH005', message = '撤回须填写经办人和理由 | a rollback needs a name and a reason';
    end if;
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
    set rolled_back_at = now(), rolled_back_by = operator, rollback_reason = why
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
    return ops.standing_publication();
end $$;
comment on function ops.roll_back(integer, bigint [], text, text) is
'撤回某次及其后的发布，并作废所列报送。 | Rolls back a publication and every later one, and withdraws the deliveries that caused it; the publication shown from now on (NULL: none).';

grant execute on function ops.standing_publication(), ops.chain_head()
to wh_transformer, wh_gate, wh_publisher, wh_loader, wh_auditor;
grant execute on function ops.start_build(date, text), ops.start_scratch() to wh_publisher;
grant execute on function ops.build_digest(integer) to wh_gate;
grant execute on function ops.publish(integer, text, text) to wh_publisher;
grant execute on function ops.hold_night(integer, text) to wh_publisher;
grant execute on function ops.release_delivery(bigint, text, text) to wh_publisher;
grant execute on function ops.roll_back(integer, bigint [], text, text) to wh_publisher;

reset role;
