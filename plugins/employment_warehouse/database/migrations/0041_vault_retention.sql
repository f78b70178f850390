-- How long the vault keeps a person (decision 18): as long as what units reported within the period names them. Facts and
-- figures keep their tokens, and keep nobody in the vault.
set role wh_owner;

alter table ops.versioned add column feed text;
comment on column ops.versioned.feed is
'模型为某报送表的上报区间时，该报送表。 | The feed whose history the model is; NULL: of none.';

-- Rows since a date that name somebody in this column: of landed deliveries, and of the histories of feeds. A snapshot
-- names everyone whom it lists until the next one does not; other feeds name a person when they report.
create function vault.naming_rows(named name, since date) returns setof text
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select format(
        'select t.%I from landing.%I as t inner join ops.delivery as d on d.delivery_id = t.delivery_id'
        ' where d.report_date >= %L', named, c.relname, since
    )
    from pg_class as c
    inner join pg_attribute as a on a.attrelid = c.oid and a.attname = named and not a.attisdropped
    where c.relnamespace = 'landing'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    union all
    select format(
        'select t.%I from store.%I as t where t.to_build is null and %s >= %L', named, v.model,
        case when f.kind = 'snapshot' then 'coalesce(t.seen_to, ''infinity'')' else 't.seen_from' end, since
    )
    from ops.versioned as v
    inner join ops.feed as f on f.feed = v.feed
    inner join pg_class as c on c.relnamespace = 'store'::regnamespace and c.relname = v.model
    inner join pg_attribute as a on a.attrelid = c.oid and a.attname = named and not a.attisdropped
$$;

create or replace function vault.forget_persons(on_date date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    since date := on_date - ops.setting('retention_vault_days', on_date)::integer;
    persons bigint;
    accounts bigint;
begin
    if since is null then
        return 0;
    end if;
    execute 'delete from vault.person as p where true'
        || (
            select string_agg(format(' and not exists (select from (%s) as n (key) where n.key = p.person_key)', r), '')
            from vault.naming_rows('person_key', since) as r
        );
    get diagnostics persons = row_count;
    execute 'delete from vault.bank_account as b where true'
        || (
            select string_agg(format(' and not exists (select from (%s) as n (key) where n.key = b.account_key)', r), '')
            from vault.naming_rows('account_key', since) as r
        );
    get diagnostics accounts = row_count;
    if persons + accounts > 0 then
        -- A person who comes back is sealed again.
        delete from vault.known;
    end if;
    return persons + accounts;
end $$;
comment on function vault.forget_persons(date) is
'从密存区删除保存期限内任何报送都不再涉及的人员和账户；各表仍留代号。 | Deletes from the vault the persons and accounts that nothing reported within the setting names any more; how many. Their tokens remain in facts.';

reset role;
