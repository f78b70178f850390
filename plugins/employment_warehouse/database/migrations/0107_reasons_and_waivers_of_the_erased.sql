-- An erasure leaves neither the name that somebody wrote as a reason of an act about the person, nor the person's token in
-- the waiver of a case.
set role wh_owner;

create function ops.erased_reason() returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select '已删除 | erased' $$;

comment on function ops.erased_reason() is
'删除个人信息后，理由一栏的文字。 | What stands instead of the reason of an act or waiver about an erased person.';
revoke all on function ops.erased_reason() from public;

create or replace function ops.refuse_change_of_acts() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    -- That a person was shown stays on record when the person is erased, without the person.
    if tg_op = 'UPDATE' and tg_level = 'ROW' then
        if to_jsonb(new) - '{subject,reason}'::text [] = to_jsonb(old) - '{subject,reason}'::text []
            and new.reason is not distinct from (case when old.reason is not null then ops.erased_reason() end)
            and exists (
                select from vault.erasure as e
                where e.done_at is null and strpos(old.subject, e.person_key::text) > 0
                    and new.subject = replace(old.subject, e.person_key::text, format('of erasure %s', e.erasure))
            )
        then
            return new;
        end if;
    end if;
    raise exception using errcode = 'WH030',
        message = '操作记录只增不改 | acts are only ever added: no row of ops.act is changed or deleted';
end $$;

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
    -- Who was shown the person stays on record, without the person and without a reason, which may have the name: the
    -- one change that the table's trigger lets pass. The key of a case may have the token.
    update ops.act as a
    set
        subject = replace(a.subject, asked.person_key::text, format('of erasure %s', number)),
        reason = case when a.reason is not null then ops.erased_reason() end
    where strpos(a.subject, asked.person_key::text) > 0;
    update ops.waiver as w
    set
        unit = replace(w.unit, asked.person_key::text, format('of erasure %s', number)),
        reason = ops.erased_reason()
    where strpos(w.unit, asked.person_key::text) > 0;
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

reset role;
