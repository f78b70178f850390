-- One person of the vault, shown to a case worker of that person's county, on the record. The database gives the sealed
-- bytes; only a program that holds the wrapping key opens them, and only after the record is committed.
set role wh_owner;

-- Never used: reveals are acts like others.
drop table vault.reveal_log;

-- outcome: `revealed`; `not_of_your_county` (also for a person whom the register does not have); `daily_limit`. Every one
-- is recorded, but of what is above the limit only the first, so that nobody fills the table.
create function vault.reveal(wanted uuid, purpose text) returns table (outcome text, sealed bytea)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    counties text [] := ops.counties_of(session_user);
    today date := (now() at time zone 'Asia/Shanghai')::date;
    most integer := ops.setting('reveal_daily_limit', today);
    asked integer;
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
    select count(*) into asked from ops.act as a
    where a.login = session_user and a.kind in ('reveal', 'refuse_reveal')
        and a.acted_at >= today::timestamp at time zone 'Asia/Shanghai';
    if asked > most then
        return query select 'daily_limit', null::bytea;
        return;
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
        return;
    end if;
    return query
    select 'revealed', v.sealed
    from vault.person as v
    where v.person_key = wanted and exists (
        select from store.dim_person as d
        where d.person_key = wanted and d.valid_to is null and d.county_code = any(counties)
            and d.from_build <= ops.standing_publication()
            and (d.to_build is null or ops.standing_publication() < d.to_build)
    );
    if found then
        perform ops.record_act('reveal', format('person %s', wanted), purpose);
    else
        perform ops.record_act('refuse_reveal', format('person %s: not of the county', wanted), purpose);
        return query select 'not_of_your_county', null::bytea;
    end if;
end $$;
comment on function vault.reveal(uuid, text) is
'经办人查看本县市一人的身份（密文），同时登记。 | The sealed identity of one person, for a case worker of the county that registers the person in the standing publication; recorded in ops.act.';

create function ops.record_key_rotation(key_version integer) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$ select ops.record_act('rotate_keys', format('wrapping key, version %s', key_version), null) $$;
comment on function ops.record_key_rotation(integer) is
'登记封存密钥的更换。 | Records that the wrapping key was replaced.';

grant usage on schema vault to wh_caseworker;
grant execute on function vault.reveal(uuid, text) to wh_caseworker;
grant execute on function ops.record_key_rotation(integer) to wh_operator;

reset role;
