-- A withdrawn correction left its rows marked as corrected, so that nobody was sent them again; a withdrawn file left the
-- empty revisions of the corrections that it had replaced, so that these did not count any more.
set role wh_owner;

create or replace function ops.roll_back(number integer, withdrawn bigint [], why text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '15s'
as $$
declare
    wrong bigint;
    taken_back bigint [];
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
    -- What a wrong file replaced counts again: the corrections whose empty revisions arrived with it.
    select array_agg(d.delivery_id) into taken_back
    from ops.delivery as d
    where d.delivery_id = any(withdrawn) or (
        d.kind = 'withdrawn' and d.status in ('landed', 'held', 'accepted') and exists (
            select from ops.delivery as w
            where w.delivery_id = any(withdrawn)
                and (w.feed, w.unit, w.report_date, w.landed_at) = (d.feed, d.unit, d.report_date, d.landed_at)
        )
    );
    -- What is withdrawn is never used again; the rest is offered to the next night, as if it had just arrived.
    update ops.delivery as d set status = 'withdrawn', reason = why where d.delivery_id = any(taken_back);
    update vault.rejected_row as r set corrected_by = null where r.corrected_by = any(taken_back);
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

reset role;
