-- A county is shown a person as that county itself reports the person. The vault kept what the first register had sent,
-- and showed it to whichever county the person was counted in: a county that listed another county's ID number was
-- shown name and mobile number, and a new mobile number was never shown to anyone.
set role wh_owner;

update vault.person set county_code = '' where county_code is null;
alter table vault.person
alter column county_code set not null,
alter column county_code set default '',
drop constraint person_pkey,
add primary key (person_key, county_code);
comment on table vault.person is
'各县市所报人员的身份（密文），每人每县市一行；县市代码为空的，是县市以外的来源所报。 | Who persons are, sealed, as each county reports them; without a county: as another source does.';
revoke update (county_code) on vault.person from wh_loader;

alter table vault.known
add column details bytea check (octet_length(details) % 8 = 0);
alter table vault.known alter column details set storage external;
comment on column vault.known.details is
'登记台账：键的前五字节，连同姓名、手机号代号的三字节。 | Of a register, for each person: five bytes of the key and three that change with name and mobile number.';

-- Who is erased leaves nothing there either. The register's next persons are compared anew.
create function vault.forget_details() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    update vault.known as k set details = null
    where k.details is not null and k.unit in (select g.county_code from gone as g);
    return null;
end $$;
revoke all on function vault.forget_details() from public;
create trigger forget_details after delete on vault.person
referencing old table as gone for each statement execute function vault.forget_details();

drop function vault.to_erase();
create function vault.to_erase(
    out erasure bigint, out person_key uuid, out sealed bytea, out sealed_persons bytea [], out accounts uuid [],
    out sealed_accounts bytea []
) returns setof record
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select
        e.erasure, e.person_key, e.sealed,
        array(select p.sealed from vault.person as p where p.person_key = e.person_key order by p.county_code),
        own.accounts,
        array(
            select b.sealed from unnest(own.accounts) as a
            left join vault.bank_account as b on b.account_key = a
        )
    from vault.erasure as e
    cross join lateral (select vault.accounts_of(e.person_key) as accounts) as own
    where e.done_at is null
    order by e.erasure
$$;
comment on function vault.to_erase() is
'待删除人员及其账户（密文）。 | The persons to be erased, with what the vault has of them, sealed.';
revoke all on function vault.to_erase() from public;
grant execute on function vault.to_erase() to wh_loader;

create or replace function vault.reveal(wanted uuid, purpose text) returns table (outcome text, sealed bytea)
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off
set client_min_messages = 'error'
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
comment on function vault.reveal(uuid, text) is
'经办人查看本县市一人的身份，以本县市所报为准：先登记，再次调用方给出密文。 | One person whom the county lists in the standing publication, as the county reports the person, for a case worker. The first call records it in ops.act (`recorded`); the next one with the same purpose, in a transaction of its own within five minutes, gives the sealed identity (`revealed`).';

reset role;
