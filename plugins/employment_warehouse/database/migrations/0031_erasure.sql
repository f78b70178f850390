-- Erasure of a person (PIPL, articles 46 and 47): asked for by an operator under his or her own login, carried out by the
-- loader, remembered by marks from which neither the number nor the token can be worked out.
set role wh_owner;

create table vault.erasure (
    erasure bigint generated always as identity primary key,
    asked_at timestamptz not null default now(),
    asked_by text not null default session_user,
    marks bytea [] not null,
    -- Until it is done: whom to look for.
    person_key uuid unique,
    key_version smallint,
    sealed bytea,
    done_at timestamptz,
    rows_erased bigint,
    check ((person_key is null) = (done_at is not null))
);
comment on table vault.erasure is
'删除请求：完成后只留标记，不能据此还原证件号或代号。 | Persons who were erased. What remains of each are marks (CMACs of the tokens of the person and of the accounts), by which a row that names the person again is recognised.';

create table ops.erasure_digest (
    erasure bigint not null references vault.erasure (erasure),
    publication integer not null references ops.publication (publication),
    digest_before text not null,
    digest_after text not null,
    primary key (erasure, publication)
);
comment on table ops.erasure_digest is
'删除前后各次发布的校验和。 | Digests of the publications from whose rows an erasure removed some, before and after.';

alter table ops.delivery add column rows_erased integer not null default 0;
comment on column ops.delivery.rows_erased is
'已依法删除的行数。 | Rows of persons who were erased since; read = landed + rejected + erased.';
alter table ops.delivery drop constraint delivery_check;
alter table ops.delivery add constraint every_row_is_accounted_for
check (rows_read = rows_landed + rows_rejected + rows_erased);

create function vault.ask_erasure(person uuid, mark bytea, sealed_number bytea, version integer, why text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    number bigint;
begin
    perform ops.assert_reason(why, '删除', 'an erasure');
    insert into vault.erasure (marks, person_key, key_version, sealed)
    values (array[mark], person, version, sealed_number)
    on conflict (person_key) do update set sealed = excluded.sealed
    returning erasure into number;
    perform ops.record_act('ask_erasure', format('erasure %s', number), why);
    return number;
end $$;
comment on function vault.ask_erasure(uuid, bytea, bytea, integer, text) is
'登记删除某人的请求。 | Records that a person is to be erased, under the name of the session''s login and for a reason; its number.';

-- Tables whose rows may name a person: landing, the store, and what tonight's build left behind.
create function vault.tables_of_persons(out place regclass, out has_person boolean, out has_account boolean)
returns setof record
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select
        c.oid::regclass,
        exists (select from pg_attribute as a where a.attrelid = c.oid and a.attname = 'person_key' and not a.attisdropped),
        exists (select from pg_attribute as a where a.attrelid = c.oid and a.attname = 'account_key' and not a.attisdropped)
    from pg_class as c
    where c.relnamespace in ('landing'::regnamespace, 'store'::regnamespace, 'tonight'::regnamespace)
        and c.relkind in ('r', 'p') and not c.relispartition
    order by c.oid::regclass::text
$$;

-- Accounts of the person and of nobody else.
create function vault.accounts_of(person uuid) returns uuid []
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    paid record;
    found uuid [] := '{}';
    more uuid [];
    own uuid [] := '{}';
    account uuid;
    is_shared boolean;
begin
    for paid in select t.place from vault.tables_of_persons() as t where t.has_person and t.has_account loop
        execute format('select array_agg(distinct account_key) from %s where person_key = $1 and account_key is not null', paid.place)
        into more using person;
        found := found || coalesce(more, '{}');
    end loop;
    foreach account in array (select coalesce(array_agg(distinct f), '{}') from unnest(found) as f) loop
        is_shared := false;
        for paid in select t.place from vault.tables_of_persons() as t where t.has_person and t.has_account loop
            execute format('select $3 or exists (select from %s where account_key = $1 and person_key <> $2)', paid.place)
            into is_shared using account, person, is_shared;
        end loop;
        if not is_shared then
            own := own || account;
        end if;
    end loop;
    return own;
end $$;

create function vault.to_erase(
    out erasure bigint, out person_key uuid, out sealed bytea, out sealed_person bytea, out accounts uuid [],
    out sealed_accounts bytea []
) returns setof record
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select
        e.erasure, e.person_key, e.sealed, p.sealed, own.accounts,
        array(
            select b.sealed from unnest(own.accounts) as a
            left join vault.bank_account as b on b.account_key = a
        )
    from vault.erasure as e
    cross join lateral (select vault.accounts_of(e.person_key) as accounts) as own
    left join vault.person as p on p.person_key = e.person_key
    where e.done_at is null
    order by e.erasure
$$;
comment on function vault.to_erase() is
'待删除人员及其账户（密文）。 | The persons to be erased, with what the vault has of them, sealed.';

-- Rows at these places of a delivery: in landing, rejected, or purged.
create function vault.erase_places(number bigint, sheets text [], lines integer []) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    delivery ops.delivery;
    landed bigint := 0;
    rejected bigint;
    gone bigint := cardinality(lines);
begin
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

-- Columns of others' rows that name the person: emptied, if they may be empty.
create function vault.forget_in_others(place regclass, token uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    named name;
begin
    for named in
        select a.attname from pg_attribute as a
        where a.attrelid = place and a.attnum > 0 and not a.attisdropped and not a.attnotnull
            and a.atttypid = 'uuid'::regtype and a.attname <> 'person_key'
    loop
        execute format('update %s set %2$I = null where %2$I = $1 and person_key <> $1', place, named) using token;
    end loop;
end $$;

create function vault.complete_erasure(number bigint, own_accounts uuid [], account_marks bytea []) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
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
    perform pg_advisory_xact_lock(hashtext('ops.build'));
    if exists (select from ops.tonight) then
        raise exception using errcode = 'WH013', message = '正在汇总，删除须待其完成 | a night is being built: persons are erased after it';
    end if;
    select * into strict asked from vault.erasure as e where e.erasure = number and e.done_at is null for update;
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
    -- Who was shown the person stays on record, without the person; nothing else may change a row of ops.act.
    if exists (select from ops.act as a where strpos(a.subject, asked.person_key::text) > 0) then
        alter table ops.act disable trigger acts_are_only_added;
        update ops.act as a set subject = replace(a.subject, asked.person_key::text, format('of erasure %s', number))
        where strpos(a.subject, asked.person_key::text) > 0;
        alter table ops.act enable always trigger acts_are_only_added;
    end if;
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
comment on function vault.complete_erasure(bigint, uuid [], bytea []) is
'删除某人在密存区、落地表和各次发布中的全部行，登记校验和的变化。 | Deletes the person from the vault, landing and the rows of all publications, and records how the digests change; how many rows. The published counts stay.';

-- The loader has what it wrote under its key, and reads it again for nothing else.
create function vault.rejected_rows(
    out number bigint, out unit text, out report_date date, out sheet text, out line integer, out column_name text,
    out sealed bytea
) returns setof record
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select r.delivery_id, d.unit, d.report_date, r.sheet, r.line, r.column_name, r.sealed
    from vault.rejected_row as r
    inner join ops.delivery as d on d.delivery_id = r.delivery_id
    where exists (select from vault.erasure as e where e.done_at is null)
$$;
comment on function vault.rejected_rows() is
'有待删除人员时的全部退回行。 | Every rejected row, sealed, while there is a person to be erased.';

grant execute on function vault.ask_erasure(uuid, bytea, bytea, integer, text) to wh_operator;
grant usage on schema vault to wh_operator;
grant execute on function vault.to_erase(), vault.rejected_rows(), vault.erase_places(bigint, text [], integer []),
vault.complete_erasure(bigint, uuid [], bytea []) to wh_loader;
grant select (marks) on vault.erasure to wh_loader;
grant select on ops.erasure_digest to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator;

reset role;
