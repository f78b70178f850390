-- Whose an account is, is asked in one place, for an erasure's accounts and for those that it names.
set role wh_owner;

create function vault.is_of_others(account uuid, person uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    paid record;
    is_found boolean := false;
begin
    for paid in select t.place from vault.tables_of_persons() as t where t.has_person and t.has_account loop
        execute format('select $3 or exists (select from %s where account_key = $1 and person_key <> $2)', paid.place)
        into is_found using account, person, is_found;
    end loop;
    return is_found;
end $$;

comment on function vault.is_of_others(uuid, uuid) is
'账户是否也付给他人。 | Whether an account is that of somebody other than this person, too.';
revoke all on function vault.is_of_others(uuid, uuid) from public;

create or replace function vault.accounts_of(person uuid) returns uuid []
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    paid record;
    found uuid [] := '{}';
    more uuid [];
begin
    for paid in select t.place from vault.tables_of_persons() as t where t.has_person and t.has_account loop
        execute format('select array_agg(distinct account_key) from %s where person_key = $1 and account_key is not null', paid.place)
        into more using person;
        found := found || coalesce(more, '{}');
    end loop;
    return array(select distinct f from unnest(found) as f where not vault.is_of_others(f, person) order by f);
end $$;

create or replace function vault.has_accounts_of_others(person uuid, accounts uuid []) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select from unnest(accounts) as a
        where a <> all(vault.accounts_of(person)) and (
            not exists (select from vault.bank_account as b where b.account_key = a) or vault.is_of_others(a, person)
        )
    )
$$;

reset role;
