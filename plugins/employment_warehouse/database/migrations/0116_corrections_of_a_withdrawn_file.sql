-- A rollback that withdrew a file left the corrections of its rows in force, so that they were merged into the file before.
set role wh_owner;

create function vault.is_source_of(source text, path text, revision integer) returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select starts_with(source, vault.source_of(path, '', 1))
        and coalesce(substring(source from '（第([0-9]+)版）$'), '1') = revision::text
$$;
comment on function vault.is_source_of(text, text, integer) is
'退回行所在的文件是否为这一版（不论哪张表）。 | Whether vault.source_of named some sheet of this revision of this file so.';

create function landing.corrected_files(correction bigint) returns setof text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
    return query execute format(
        'select distinct case when row.extra ->> ''文件'' !~ ''^corrections/'' then row.extra ->> ''文件'' end'
        ' from (values ($1)) as asked (delivery_id) left join landing.%I as row using (delivery_id)',
        (select d.feed from ops.delivery as d where d.delivery_id = correction)
    ) using correction;
end $$;
comment on function landing.corrected_files(bigint) is
'更正的各行所指的文件；空：县市自行添加的行，或落地行已清理。 | The files that the rows of a correction name; NULL: a row that the county added (or that corrects such a row), and where its rows are no longer in landing.';

revoke all on function vault.is_source_of(text, text, integer), landing.corrected_files(bigint) from public;
grant execute on function vault.is_source_of(text, text, integer), landing.corrected_files(bigint) to wh_loader;

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
    -- What is withdrawn is never used again; the rest is offered to the next night, as if it had just arrived.
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
    where d.status = 'accepted' and d.build >= number;
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

reset role;
