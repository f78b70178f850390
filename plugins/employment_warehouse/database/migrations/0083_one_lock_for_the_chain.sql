-- One lock for whatever changes what is built or shown: the row of ops.pointer. A month was closed, and a person erased,
-- under an advisory lock that nothing else took: the month could become final on a publication that was being rolled
-- back, and a night that began meanwhile could write the person anew.
set role wh_owner;

create or replace function ops.close_month(wanted date) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '15s'
as $$
declare
    first_day date := date_trunc('month', wanted)::date;
    last_day date := (date_trunc('month', wanted) + interval '1 month - 1 day')::date;
    word text := to_char(wanted, 'YYYY-MM');
    closed ops.month_close;
    shown ops.publication;
    taken_back integer;
begin
    perform ops.lock_chain(null);
    select m.* into closed from ops.month_close as m where m.month = first_day;
    if found then
        raise exception using errcode = 'WH040',
            message = format(
                '%1$s 已由 %2$s 于 %3$s 结账，终版为第 %4$s 号发布 | %1$s was closed by %2$s on %3$s, with publication %4$s',
                word, closed.closed_by, (closed.closed_at at time zone 'Asia/Shanghai')::date, closed.publication
            ),
            hint = 'What has changed since is in marts.restatement.';
    end if;
    if last_day >= (now() at time zone 'Asia/Shanghai')::date then
        raise exception using errcode = 'WH041',
            message = format('%1$s 尚未结束 | %1$s has not ended', word),
            hint = format('It can be closed after the night of %s is published.', last_day);
    end if;
    select p.* into shown from ops.publication as p where p.publication = ops.standing_publication();
    if shown.report_date is null or shown.report_date < last_day then
        select max(p.publication) into taken_back from ops.publication as p
        where p.report_date >= last_day and p.rolled_back_at is not null;
        raise exception using errcode = 'WH041',
            message = case when taken_back is null
                then format('%1$s 最后一日尚未发布 | the last day of %1$s is not published yet', word)
                else format(
                    '%1$s 最后一日所在的第 %2$s 号发布已撤回 | publication %2$s, which had the last day of %1$s, was rolled back',
                    word, taken_back
                )
            end,
            hint = format('Publish the night of %s or a later one first.', last_day);
    end if;
    insert into ops.month_close (month, publication) values (first_day, shown.publication);
    update ops.publication as p set vintage = 'final' where p.publication = shown.publication;
    perform ops.record_act('close_month', word, null, build => shown.publication);
    return shown.publication;
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

-- A night that gate 2 holds was built before an erasure that happens while it is held: what counts is when it began.
create or replace function ops.record_rules(models text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    night ops.build;
    digest text := models;
    seed regclass;
    is_dated boolean;
    content text;
begin
    select b.* into night from ops.build as b inner join ops.tonight as t on b.build = t.build;
    for seed, is_dated in
        select
            c.oid::regclass,
            exists (
                select from pg_attribute as a
                where a.attrelid = c.oid and a.attname = 'valid_from' and not a.attisdropped
            )
        from pg_class as c
        where c.relnamespace = 'seeds'::regnamespace and c.relkind = 'r'
        order by c.relname
    loop
        execute format(
            'select coalesce(sum(hash_record_extended(t, 0)::numeric), 0)::text from %s as t where %s',
            seed, case when is_dated then 't.valid_from <= $1' else 'true' end
        ) into content using night.report_date;
        digest := digest || ' ' || content;
    end loop;
    select digest || ' ' || coalesce(sum(hash_record_extended((d.finding, d.valid_from, d.enabled), 0)::numeric), 0)
    into digest
    from ops.rule_decision as d
    where d.valid_from <= night.report_date;
    digest := encode(sha256(digest::bytea), 'hex');
    -- Rules that change while a night is built: it is reckoned by no one set of them, and the next night begins anew.
    if night.rules_digest <> digest then
        digest := encode(sha256((night.rules_digest || digest)::bytea), 'hex');
    end if;
    update ops.build as b set rules_digest = digest where b.build = night.build;
    return exists (
        select from ops.build as b where b.build = ops.chain_head() and b.rules_digest is distinct from digest
    ) or exists (
        select from vault.erasure as e
        inner join ops.build as b on b.build = ops.chain_head() and b.started_at < e.done_at
    );
end $$;

-- Between the verdict of gate 2 and the building without what it holds, a night is not for release yet.
create or replace function ops.release_night(number integer, why text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '15s'
as $$
begin
    perform ops.assert_reason(why, '放行', 'a release');
    perform ops.lock_chain(number);
    if exists (select from ops.build as b where b.build = number and b.status = 'building') then
        raise exception using errcode = 'WH003',
            message = format('第 %1$s 次汇总尚未结束 | build %1$s has not ended', number),
            hint = 'A night can be released once gate 2 holds it.';
    end if;
    return ops.move_pointer(number, why);
end $$;

-- A first step that comes late, of a run that has gone on, offers the deliveries again: what was built with them is void.
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
    -- What a build accepted that was not published is offered again, whatever its date.
    update ops.delivery as d
    set build = null, status = 'landed', reason = null
    where d.status in ('landed', 'accepted')
        and not exists (
            select from ops.publication as p where p.publication = d.build and p.rolled_back_at is null
        );
    update ops.delivery as d set build = number
    where d.status = 'landed' and d.report_date <= wanted_date;
    return number;
end $$;

reset role;
