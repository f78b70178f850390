-- ops.act is only ever added to, so that what a login may add to it needs a limit.
set role wh_owner;

create index act_by_login on ops.act (login, acted_at);

create function ops.assert_few_acts() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set client_min_messages = 'error'
as $$
declare
    today date := (now() at time zone 'Asia/Shanghai')::date;
    most integer := ops.setting('act_daily_limit', today);
begin
    if most <= (
        select count(*) from ops.act as a
        where a.login = session_user and a.acted_at >= today::timestamp at time zone 'Asia/Shanghai'
    ) then
        raise exception using errcode = 'WH057',
            message = format('今日操作已达上限（%1$s 项） | you have reached the limit of a day: %1$s acts', most);
    end if;
end $$;

comment on function ops.assert_few_acts() is
'用户当日登记的操作未达上限。 | Refuses a login that has recorded as many acts today as the setting act_daily_limit allows.';
revoke all on function ops.assert_few_acts() from public;

create or replace function ops.record_act(
    kind text, subject text, reason text, build integer default null, delivery_id bigint default null, about_login text default null
) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    number bigint;
begin
    -- Eleven digits, or groups of three and more: no date, no number of a delivery.
    if normalize(reason, nfkc) ~ '[0-9]{11}|([0-9]{3,}[ -]){2}[0-9]{3}' then
        raise exception using errcode = 'WH031',
            message = '理由中不得有证件、账户或手机号码 | a reason must not quote the number of a person, an account or a phone',
            hint = 'Name the delivery, the unit or the document instead.';
    end if;
    -- An operator decides as often as it takes.
    if exists (select from ops.user_login as u where u.login = session_user and u.kind <> 'operator') then
        perform ops.assert_few_acts();
    end if;
    insert into ops.act (kind, subject, reason, build, delivery_id, about_login)
    values (
        record_act.kind, record_act.subject, nullif(btrim(record_act.reason), ''), record_act.build,
        record_act.delivery_id, record_act.about_login
    )
    returning act into number;
    return number;
end $$;

-- Recorded as ops.record_act keeps it: with blanks around it the record was never found, and the person never shown.
create or replace function vault.reveal(wanted uuid, purpose text) returns table (outcome text, sealed bytea)
language plpgsql security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set client_min_messages = 'error'
as $$
declare
    counties text [] := ops.counties_of(session_user);
    shown integer := ops.standing_publication();
    today date := (now() at time zone 'Asia/Shanghai')::date;
    most integer := ops.setting('reveal_daily_limit', today);
    asked integer;
    listed_in text;
    identity bytea;
begin
    if not exists (select from ops.user_login as u where u.login = session_user and u.kind = 'caseworker') then
        raise exception using errcode = 'WH029',
            message = '只有经办人可以查看身份 | only a case worker is shown an identity';
    end if;
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using errcode = 'WH029',
            message = '查看身份须用 read committed 隔离级别 | a reveal counts the ones before it: use read committed';
    end if;
    perform ops.assert_reason(purpose, '查看身份', 'a reveal');
    purpose := btrim(purpose);
    -- One at a time for each login, or several sessions would each count up to the limit.
    perform pg_advisory_xact_lock(hashtextextended('vault.reveal ' || session_user, 0));
    -- Looked for among the county's own rows: looked for by the key, a person of another county costs a page more than
    -- one whom nobody knows.
    select own.county_code into listed_in
    from (
        select d.person_key, d.county_code from store.dim_person as d
        where d.county_code = any(counties) and d.valid_to is null
            and d.from_build <= shown and (d.to_build is null or shown < d.to_build)
        union all
        select r.person_key, r.county_code from store.double_registration as r
        where r.county_code = any(counties) and r.from_build <= shown and (r.to_build is null or shown < r.to_build)
        offset 0
    ) as own
    where own.person_key = wanted
    limit 1;
    -- As the county itself reports the person, and as no other does.
    if listed_in is not null then
        select v.sealed into identity from vault.person as v where v.person_key = wanted and v.county_code = listed_in;
    end if;
    -- A record that is older than this transaction was committed: no rollback takes it back.
    if identity is not null and exists (
        select from ops.act as a
        where a.login = session_user and a.kind = 'reveal' and a.subject = format('person %s', wanted)
            and a.reason = purpose and a.acted_at < now() and a.acted_at > now() - interval '5 minutes'
    ) then
        return query select 'revealed', identity;
        return;
    end if;
    select count(*) into asked from ops.act as a
    where a.login = session_user and a.kind in ('reveal', 'refuse_reveal')
        and a.acted_at >= today::timestamp at time zone 'Asia/Shanghai';
    if asked > most then
        return query select 'daily_limit', null::bytea;
    elsif asked = most then
        perform ops.record_act('refuse_reveal', format('person %s: above the daily limit', wanted), purpose);
        insert into ops.alert as known (report_date, level, kind, title, body)
        values (
            today, 'warning', 'reveal_limit',
            '经办人查看身份超过每日上限 | a case worker asked for more identities than the daily limit',
            format('%s：%s', session_user, most)
        )
        on conflict (report_date, kind, unit) do update
        set body = known.body || E'\n' || excluded.body, raised_at = now();
        return query select 'daily_limit', null::bytea;
    elsif identity is not null then
        perform ops.record_act('reveal', format('person %s', wanted), purpose);
        return query select 'recorded', null::bytea;
    else
        perform ops.record_act('refuse_reveal', format('person %s: not of the county', wanted), purpose);
        return query select 'not_of_your_county', null::bytea;
    end if;
end $$;

reset role;
