-- What a function with the rights of the owner does inside is not shown to who calls it: no plan, no row estimate, no
-- pages of other counties' rows. It holds the gates against questions that are asked through what a session may set or
-- measure (debug_print_plan, trace_sort, EXPLAIN (BUFFERS)).
set role wh_owner;

-- Which deliveries of others there are is no county's business: one that is not its own is as one that does not exist.
create or replace function ops.assert_own_county(code text) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if code = any(ops.counties_of(session_user)) is not true then
        raise exception using errcode = 'WH032',
            message = '不属于您的县市 | it is not of your county';
    end if;
end $$;

create or replace function vault.reveal(wanted uuid, purpose text) returns table (outcome text, sealed bytea)
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off
as $$
declare
    counties text [] := ops.counties_of(session_user);
    shown integer := ops.standing_publication();
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
    -- Looked for among the county's own rows: looked for by the key, a person of another county costs a page more than
    -- one whom nobody knows.
    is_of_county := exists (
        select from (
            select d.person_key from store.dim_person as d
            where d.county_code = any(counties) and d.valid_to is null
                and d.from_build <= shown and (d.to_build is null or shown < d.to_build)
            offset 0
        ) as own
        where own.person_key = wanted
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

-- A county's own results by an index; those of units that are no county are the prefecture's.
create index check_result_by_unit on ops.check_result (unit, build);

create or replace view own.data_quality as
select
    shown.report_date,
    checked.county_code,
    checked.suite,
    checked.check_name as "check",
    checked.gate,
    checked.feed,
    checked.unit,
    checked.severity,
    checked.success,
    checked.observed,
    checked.expected,
    checked.unexpected_rows,
    checked.message_zh,
    checked.message_en,
    checked.waiver,
    checked.build as publication,
    checked.delivery_id
from ops.visible_publication() as shown
inner join (
    select r.*, r.unit as county_code from ops.check_result as r
    where r.unit = any((select ops.county_codes())::text [])
    union all
    select r.*, (select ops.prefecture()) as county_code from ops.check_result as r
    where r.unit <> all((select ops.county_codes())::text [])
) as checked on checked.build = shown.publication;

do $$
declare
    called regprocedure;
begin
    for called in
        select p.oid::regprocedure from pg_proc as p
        where p.prosecdef and p.proowner = 'wh_owner'::regrole and (
            has_function_privilege('wh_reader', p.oid, 'execute') or has_function_privilege('wh_county', p.oid, 'execute')
            or has_function_privilege('wh_caseworker', p.oid, 'execute')
        )
    loop
        execute format('alter function %s set client_min_messages = error', called);
    end loop;
end $$;

reset role;
