-- A reveal is on record before it is one. The record was made in the transaction that gave the bytes, so that whoever
-- rolled it back had the bytes, and neither a record nor a limit.
set role wh_owner;

create or replace function vault.reveal(wanted uuid, purpose text) returns table (outcome text, sealed bytea)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    counties text [] := ops.counties_of(session_user);
    today date := (now() at time zone 'Asia/Shanghai')::date;
    most integer := ops.setting('reveal_daily_limit', today);
    asked integer;
    is_of_county boolean;
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
    -- One at a time for each login, or several sessions would each count up to the limit.
    perform pg_advisory_xact_lock(hashtextextended('vault.reveal ' || session_user, 0));
    is_of_county := exists (
        select from store.dim_person as d
        where d.person_key = wanted and d.valid_to is null and d.county_code = any(counties)
            and d.from_build <= ops.standing_publication()
            and (d.to_build is null or ops.standing_publication() < d.to_build)
    ) and exists (select from vault.person as v where v.person_key = wanted);
    -- A record that is older than this transaction was committed: no rollback takes it back.
    if is_of_county and exists (
        select from ops.act as a
        where a.login = session_user and a.kind = 'reveal' and a.subject = format('person %s', wanted)
            and a.reason = purpose and a.acted_at < now() and a.acted_at > now() - interval '5 minutes'
    ) then
        return query select 'revealed', v.sealed from vault.person as v where v.person_key = wanted;
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
    elsif is_of_county then
        perform ops.record_act('reveal', format('person %s', wanted), purpose);
        return query select 'recorded', null::bytea;
    else
        perform ops.record_act('refuse_reveal', format('person %s: not of the county', wanted), purpose);
        return query select 'not_of_your_county', null::bytea;
    end if;
end $$;
comment on function vault.reveal(uuid, text) is
'经办人查看本县市一人的身份：先登记，再次调用方给出密文。 | One person of the county that registers the person in the standing publication, for a case worker. The first call records it in ops.act (`recorded`); the next one with the same purpose, in a transaction of its own within five minutes, gives the sealed identity (`revealed`).';

reset role;
