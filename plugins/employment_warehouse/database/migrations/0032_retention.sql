-- How long identities are kept (PIPL, article 19), counted from the report date of the standing publication. A setting
-- that is switched off keeps everything.
set role wh_owner;

create function vault.forget_rejected(on_date date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    forgotten bigint;
begin
    -- Where a row stood, and why it was rejected, is kept: the ledger counts it, and a restore leaves out repeated rows.
    update vault.rejected_row as r set sealed = ''
    from ops.delivery as d
    where d.delivery_id = r.delivery_id and r.sealed <> ''
        and d.report_date < on_date - ops.setting('retention_rejected_days', on_date)::integer;
    get diagnostics forgotten = row_count;
    return forgotten;
end $$;
comment on function vault.forget_rejected(date) is
'清除超过保存期限的退回行内容。 | Forgets the content of rejected rows that are older than the setting; how many.';

create function vault.forget_persons(on_date date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    oldest integer := (
        select max(p.publication) from ops.publication as p
        where p.report_date < on_date - ops.setting('retention_vault_days', on_date)::integer
    );
    named text;
    persons bigint := 0;
    accounts bigint := 0;
begin
    if oldest is null then
        return 0;
    end if;
    select string_agg(
        format(
            ' and not exists (select from %s as t where t.person_key = p.person_key%s)', place,
            case when place::text like 'store.%' then format(' and coalesce(t.to_build, %s) > %s', oldest + 1, oldest) else '' end
        ), ''
    ) into named from vault.tables_of_persons() where has_person and place::text not like 'tonight.%';
    execute 'delete from vault.person as p where true' || named;
    get diagnostics persons = row_count;
    select string_agg(
        format(
            ' and not exists (select from %s as t where t.account_key = b.account_key%s)', place,
            case when place::text like 'store.%' then format(' and coalesce(t.to_build, %s) > %s', oldest + 1, oldest) else '' end
        ), ''
    ) into named from vault.tables_of_persons() where has_account and place::text not like 'tonight.%';
    execute 'delete from vault.bank_account as b where true' || named;
    get diagnostics accounts = row_count;
    if persons + accounts > 0 then
        -- A person who comes back is sealed again.
        delete from vault.known;
    end if;
    return persons + accounts;
end $$;
comment on function vault.forget_persons(date) is
'从密存区删除保存期限内任何报送与发布都不再涉及的人员和账户。 | Deletes from the vault the persons and accounts that no delivery in landing and no publication within the setting names any more; how many.';

grant execute on function vault.forget_rejected(date), vault.forget_persons(date) to wh_loader;

reset role;
