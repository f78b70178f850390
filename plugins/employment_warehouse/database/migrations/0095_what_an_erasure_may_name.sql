-- What the loader may ask of an erasure: it could name the accounts, and so all rows, of somebody else, and delete rows of
-- any delivery while nobody was to be erased. A question by a key without a number forgot the number of an earlier one.
set role wh_owner;

create function vault.has_accounts_of_others(person uuid, accounts uuid []) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    paid record;
    own uuid [] := vault.accounts_of(person);
    account uuid;
    is_shared boolean := false;
begin
    foreach account in array accounts loop
        continue when account = any(own);
        if not exists (select from vault.bank_account as b where b.account_key = account) then
            return true;
        end if;
        for paid in select t.place from vault.tables_of_persons() as t where t.has_person and t.has_account loop
            execute format('select $3 or exists (select from %s where account_key = $1 and person_key <> $2)', paid.place)
            into is_shared using account, person, is_shared;
        end loop;
    end loop;
    return is_shared;
end $$;

comment on function vault.has_accounts_of_others(uuid, uuid []) is
'所列账户中是否有他人的，或不是账户。 | Whether one of these is the account of somebody else, or is not an account. Rows that name the person in a file are erased before this is asked.';

revoke all on function vault.has_accounts_of_others(uuid, uuid []) from public;

create or replace function vault.complete_erasure(number bigint, own_accounts uuid [], account_marks bytea []) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '60s'
as $$
declare
    asked vault.erasure;
    holder record;
    token uuid;
    erased bigint := 0;
    n bigint;
    touched integer [] := '{}';
    builds integer [];
begin
    perform ops.lock_chain(null);
    if exists (select from ops.tonight) then
        raise exception using errcode = 'WH013', message = '正在汇总，删除须待其完成 | a night is being built: persons are erased after it';
    end if;
    select * into strict asked from vault.erasure as e where e.erasure = number and e.done_at is null for update;
    if vault.has_accounts_of_others(asked.person_key, own_accounts) or cardinality(account_marks) <> cardinality(own_accounts) then
        raise exception using errcode = 'WH054',
            message = '所列账户不都是此人的 | not all of these accounts are the person''s alone';
    end if;
    foreach token in array asked.person_key || own_accounts loop
        for holder in select * from vault.tables_of_persons() loop
            if holder.place::text like 'store.%' then
                execute format(
                    'select array_agg(distinct b) from %s as t cross join lateral unnest(array[t.from_build, t.to_build]) as b'
                    ' where strpos(t::text, $1::text) > 0', holder.place
                ) into builds using token;
                touched := touched || array_remove(coalesce(builds, '{}'), null);
            end if;
            -- Somebody else's row that only mentions the person (who approved a post) stays, without the person.
            if holder.has_person then
                perform vault.forget_in_others(holder.place, token);
            end if;
            if holder.place::text like 'landing.%' then
                execute format(
                    'with erased as (delete from %s as t where strpos(t::text, $1::text) > 0 returning t.delivery_id),'
                    ' counted as (select e.delivery_id, count(*)::integer as n from erased as e group by e.delivery_id)'
                    ' update ops.delivery as d set rows_landed = d.rows_landed - c.n, rows_erased = d.rows_erased + c.n'
                    ' from counted as c where d.delivery_id = c.delivery_id', holder.place
                ) using token;
            else
                execute format('delete from %s as t where strpos(t::text, $1::text) > 0', holder.place) using token;
            end if;
            get diagnostics n = row_count;
            erased := erased + n;
        end loop;
        update vault.known as k
        set digests = coalesce(
            (
                select string_agg(substr(k.digests, at * 8 + 1, 8), ''::bytea order by at)
                from generate_series(0, length(k.digests) / 8 - 1) as at
                where substr(k.digests, at * 8 + 1, 8) <> substr(decode(replace(token::text, '-', ''), 'hex'), 1, 8)
            ), ''
        )
        where position(substr(decode(replace(token::text, '-', ''), 'hex'), 1, 8) in k.digests) > 0;
    end loop;
    delete from vault.person as p where p.person_key = asked.person_key;
    delete from vault.bank_account as b where b.account_key = any(own_accounts);
    -- Who was shown the person stays on record, without the person: the one change that the table's trigger lets pass.
    update ops.act as a set subject = replace(a.subject, asked.person_key::text, format('of erasure %s', number))
    where strpos(a.subject, asked.person_key::text) > 0;
    insert into ops.erasure_digest (erasure, publication, digest_before, digest_after)
    select number, p.publication, p.digest::text, ops.build_digest(p.publication)::text
    from ops.publication as p where p.publication = any(touched)
    order by p.publication;
    update vault.erasure as e
    set person_key = null, sealed = null, done_at = now(), rows_erased = erased, marks = e.marks || account_marks
    where e.erasure = number;
    perform ops.record_act(
        'erase_person',
        format('erasure %s: %s rows, publications %s', number, erased, (
            select coalesce(string_agg(d.publication::text, ', ' order by d.publication), '-')
            from ops.erasure_digest as d where d.erasure = number
        )), null
    );
    return erased;
end $$;

create or replace function vault.erase_places(number bigint, sheets text [], lines integer []) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    delivery ops.delivery;
    landed bigint := 0;
    rejected bigint;
    gone bigint := cardinality(lines);
begin
    if not exists (select from vault.erasure as e where e.done_at is null) then
        raise exception using errcode = 'WH055', message = '没有待办的删除 | there is nobody to be erased';
    end if;
    select * into strict delivery from ops.delivery as d where d.delivery_id = number for no key update;
    with erased as (
        delete from vault.rejected_row as r using unnest(sheets, lines) as place (sheet, line)
        where r.delivery_id = number and r.sheet = place.sheet and r.line = place.line
        returning r.sheet, r.line
    )
    select count(distinct (e.sheet, e.line)) into rejected from erased as e;
    if delivery.purged_at is null then
        execute format(
            'delete from landing.%I as l using unnest($2, $3) as place (sheet, line)'
            ' where l.delivery_id = $1 and l.sheet = place.sheet and l.line = place.line', delivery.feed
        ) using number, sheets, lines;
        get diagnostics landed = row_count;
    else
        landed := least(gone - rejected, delivery.rows_landed);
    end if;
    update ops.delivery as d
    set
        rows_landed = d.rows_landed - landed, rows_rejected = d.rows_rejected - rejected,
        rows_erased = d.rows_erased + landed + rejected
    where d.delivery_id = number;
    return landed + rejected;
end $$;

create or replace function vault.ask_erasure(person uuid, mark bytea, sealed_number bytea, version integer, why text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    number bigint;
begin
    perform ops.assert_reason(why, '删除', 'an erasure');
    if sealed_number is null
        and not exists (select from vault.person as p where p.person_key = person)
        and not exists (select from vault.erasure as e where e.person_key = person and e.sealed is not null)
    then
        raise exception using errcode = 'WH056',
            message = '密存区没有此人，须用身份证号登记 | the vault does not have this person: ask by ID number';
    end if;
    insert into vault.erasure as known (marks, person_key, key_version, sealed)
    values (array[mark], person, version, sealed_number)
    on conflict (person_key) do update set
        key_version = case when excluded.sealed is null then known.key_version else excluded.key_version end,
        sealed = coalesce(excluded.sealed, known.sealed)
    returning erasure into number;
    perform ops.record_act('ask_erasure', format('erasure %s', number), why);
    return number;
end $$;

reset role;
