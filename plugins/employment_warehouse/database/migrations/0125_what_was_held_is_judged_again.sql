-- A rollback, or a build that was never published, left on hold what it had held: for good, where the file with which gate 1
-- or gate 2 had compared it was withdrawn or sent again.
set role wh_owner;

create or replace function ops.roll_back(number integer, withdrawn bigint [], why text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '15s'
as $$
declare
    wrong bigint;
    leaving bigint [] := withdrawn;
    gone bigint [] := '{}';
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
        -- What these replaced counts again: the corrections whose empty revisions arrived with them.
        update ops.delivery as d set status = 'withdrawn', reason = why, build = coalesce(d.build, number)
        where d.delivery_id = any(leaving) or (
            d.kind = 'withdrawn' and d.status in ('landed', 'held', 'accepted') and exists (
                select from ops.delivery as w
                where w.delivery_id = any(leaving)
                    and (w.feed, w.unit, w.report_date, w.landed_at) = (d.feed, d.unit, d.report_date, d.landed_at)
            )
        );
        -- With a wrong file go the corrections of its rows.
        leaving := array(
            select distinct c.delivery_id
            from ops.delivery as w
            inner join ops.part_in_force as c
                on (c.feed, c.unit, c.report_date) = (w.feed, w.unit, w.report_date) and c.delivery_id > w.delivery_id
            cross join lateral landing.corrected_files(c.delivery_id) as file
            where w.delivery_id = any(withdrawn) and w.kind = 'file' and c.kind = 'correction'
                and (file is null or vault.is_source_of(file, w.path, w.revision))
        );
    end loop;
    update vault.rejected_row as r set corrected_by = null
    from ops.delivery as d where r.corrected_by = d.delivery_id and d.status = 'withdrawn';
    update ops.delivery as d set status = 'landed', build = null, reason = null
    where d.status in ('accepted', 'held') and d.build >= number;
    -- Items of a withdrawn reading are sent again only when the platform is read from the beginning.
    delete from ops.platform_cursor
    where exists (select from ops.delivery as d where d.delivery_id = any(withdrawn) and d.kind = 'pages');
    perform ops.record_act(
        'roll_back',
        format('publication %s and later; withdrawn deliveries: %s', number, coalesce(nullif(array_to_string(gone, ', '), ''), '-')),
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
    set build = null, status = 'landed', reason = null
    where d.status in ('landed', 'accepted', 'held')
        and not exists (
            select from ops.publication as p where p.publication = d.build and p.rolled_back_at is null
        );
    -- What is held of a submission is judged again with what has arrived of it since: its parts together are what the unit
    -- reports. Alone, the part that arrived would be taken for all of it.
    update ops.delivery as d
    set build = null, status = 'landed', reason = null
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
