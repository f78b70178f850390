-- A rollback that withdrew a file left the parts withdrawn that had been removed because of it: of a date that a wrong whole
-- file had replaced nothing counted any more, neither the file nor the parts. And it gave a correction back that a right file,
-- sent since, replaced as well.
set role wh_owner;

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
        update ops.delivery as d set status = 'withdrawn', reason = why, build = coalesce(d.build, number)
        where d.delivery_id = any(leaving);
        leaving := array(select ops.withdrawn_with(gone));
    end loop;
    update vault.rejected_row as r set corrected_by = null
    from ops.delivery as d where r.corrected_by = d.delivery_id and d.status = 'withdrawn';
    update ops.delivery as d set status = 'landed', build = null, reason = null
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

reset role;
